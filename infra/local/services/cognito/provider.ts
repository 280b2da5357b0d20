import type { ServiceProvider } from '../../cloud/provider.ts'
import { fieldsOf } from '../../cloud/template.ts'
import { iam } from '../../iam/provider.ts'
import { lambda } from '../lambda/provider.ts'
import { ses } from '../ses/provider.ts'
import { cognitoOperations } from './operations.ts'
import { type Cognito, openCognito } from './service.ts'
import { clientIdOf, issuerOf, poolArnOf, poolIdOf } from './template.ts'
import { triggers } from './triggers.ts'

const poolType = 'AWS::Cognito::UserPool'
const clientType = 'AWS::Cognito::UserPoolClient'
const groupType = 'AWS::Cognito::UserPoolGroup'

export const cognito: ServiceProvider<Pick<Cognito, 'keysOf'>> = {
  service: 'Cognito',
  resources: {
    [poolType]: {
      modelled:
        'A pool that people sign up to with an email address, with its password policy and its triggers PreSignUp and PostConfirmation.',
      names({ logicalId, region }) {
        const id = poolIdOf(region, logicalId)
        const issuer = issuerOf(region, id)
        return {
          Ref: id,
          Arn: poolArnOf(region, id),
          ProviderURL: issuer,
          ProviderName: issuer.replace('https://', ''),
        }
      },
    },
    [clientType]: {
      modelled: 'A client without a secret, for sign-in by password, SRP and refresh token.',
      names: ({ logicalId }) => ({ Ref: clientIdOf(logicalId) }),
    },
    [groupType]: {
      modelled:
        'A group. An administrator puts people in it; the start of the local cloud can put everyone in it.',
      names: ({ properties: { GroupName } }) => ({ Ref: String(GroupName) }),
    },
  },
  operations: cognitoOperations,
  open(context) {
    const { find, invoke } = context.use(lambda)
    const opened = openCognito({ ...context.options, mailbox: context.use(ses).mailbox, invoke })
    for (const { logicalId, properties } of context.resourcesOf(poolType)) {
      opened.createUserPool(logicalId, properties)
      const configured = fieldsOf(properties['LambdaConfig'])
      const poolArn = context.nameOf(logicalId, 'Arn')
      for (const trigger of triggers) {
        const functionArn = configured[trigger]
        if (functionArn === undefined) continue
        context.use(iam).demandInvoke('cognito-idp.amazonaws.com', poolArn, find(String(functionArn)))
      }
    }
    for (const { logicalId, properties } of context.resourcesOf(clientType))
      opened.createUserPoolClient(logicalId, properties)
    for (const { logicalId, properties } of context.resourcesOf(groupType))
      opened.createGroup(logicalId, properties)
    context.serve(opened.service)
    context.servePage((url) => opened.document(url.pathname))
    return opened
  },
}
