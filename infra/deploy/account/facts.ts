import { GetAccountSettingsCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { GetParameterCommand, ParameterNotFound, SSMClient } from '@aws-sdk/client-ssm'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import type { AwsConfig } from './config.ts'

export interface Caller {
  readonly account: string
  readonly arn: string
}

export interface Concurrency {
  /** How many invocations of the whole account and region may run at once. */
  readonly limit: number
  /** The part of it that no function has reserved. */
  readonly unreserved: number
}

/** Facts about an account and region that a deployment depends on. */
export interface AccountFacts {
  /** The region of the settings. Throws if there is none. */
  region(): Promise<string>
  /** The identity behind the credentials. Throws the error of AWS or the SDK if there are no credentials, or AWS refuses them. */
  caller(): Promise<Caller>
  /** Version of CDK's bootstrap stack; undefined if there is none. */
  bootstrapVersion(): Promise<number | undefined>
  concurrency(): Promise<Concurrency>
}

/** CDK developer guide, "Bootstrapping": the parameter that the stack of the default qualifier writes. */
const bootstrapParameter = '/cdk-bootstrap/hnb659fds/version'

export function openFacts(config: AwsConfig): AccountFacts {
  const sts = new STSClient(config)
  const ssm = new SSMClient(config)
  const lambda = new LambdaClient(config)
  return {
    region: () => sts.config.region(),
    async caller() {
      const { Account = '', Arn = '' } = await sts.send(new GetCallerIdentityCommand({}))
      return { account: Account, arn: Arn }
    },
    async bootstrapVersion() {
      try {
        const { Parameter } = await ssm.send(new GetParameterCommand({ Name: bootstrapParameter }))
        return Number(Parameter?.Value)
      } catch (error) {
        if (error instanceof ParameterNotFound) return undefined
        throw error
      }
    },
    async concurrency() {
      const { AccountLimit } = await lambda.send(new GetAccountSettingsCommand({}))
      return {
        limit: AccountLimit?.ConcurrentExecutions ?? 0,
        unreserved: AccountLimit?.UnreservedConcurrentExecutions ?? 0,
      }
    },
  }
}
