import type { ServiceProvider } from '../../cloud/provider.ts'
import { account, byLogicalId, nameFrom } from '../../cloud/resource-names.ts'

/** Accepts CloudWatch resources without effect, because the developer reads the log of the local cloud. */
export const cloudWatch: ServiceProvider = {
  service: 'CloudWatch',
  resources: {
    'AWS::Logs::LogGroup': {
      modelled: 'Functions can refer to its name. The lines of a function go to the log of the local cloud.',
      names(group) {
        const name = nameFrom(undefined, group)
        return { Ref: name, Arn: `arn:aws:logs:${group.region}:${account}:log-group:${name}:*` }
      },
    },
    'AWS::Logs::MetricFilter': { modelled: 'Accepted, without effect.', names: byLogicalId },
    'AWS::CloudWatch::Alarm': { modelled: 'Accepted, without effect.', names: byLogicalId },
    'AWS::CloudWatch::CompositeAlarm': { modelled: 'Accepted, without effect.', names: byLogicalId },
  },
  operations: {},
  open() {},
}
