import type { ServiceProvider } from '../cloud/provider.ts'
import { account, byLogicalId, nameFrom } from '../cloud/resource-names.ts'
import { type Permissions, readPermissions } from './permissions.ts'
import { recordUses, useRecordVariable } from './use-record.ts'

export const iam: ServiceProvider<Permissions> = {
  service: 'IAM',
  resources: {
    'AWS::IAM::Role': {
      modelled: 'A role with its trust policy and inline policies. Managed policies are refused.',
      names(role) {
        const name = nameFrom(undefined, role)
        return { Ref: name, Arn: `arn:aws:iam::${account}:role/${name}` }
      },
    },
    'AWS::IAM::Policy': {
      modelled: 'A policy of roles. Its statements are enforced on every call; conditions are refused.',
      names: byLogicalId,
    },
    'AWS::Lambda::Permission': {
      modelled: 'Lets a service invoke a function for a source. Checked when the local cloud starts.',
      names: byLogicalId,
    },
  },
  operations: {},
  open({ template, resolve, nameOf, resourcePolicies }) {
    const onUse = recordUses(process.env[useRecordVariable])
    return readPermissions({ template, resolve, nameOf, resourcePolicies, onUse })
  },
}
