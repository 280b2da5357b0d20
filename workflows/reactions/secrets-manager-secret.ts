import {
  GetSecretValueCommand,
  SecretsManagerClient,
  type SecretsManagerClientConfig,
} from '@aws-sdk/client-secrets-manager'
import { answerWithin } from '../../commands/aws/client.ts'
import { orUnavailable, within } from '../../commands/aws/sdk-call.ts'
import type { Clock } from '../../domain/kernel/clock.ts'
import type { Secret } from './secret.ts'

/** How long a value is kept, in milliseconds. Each read costs money, and a new value has to be used soon. */
const keptMs = 60_000

const unavailable = orUnavailable('The secret was not read in time. It is tried again.')

/** A secret of Secrets Manager, by its ARN. An error never contains the value. */
export function createSecret(arn: string, clock: Clock, config: SecretsManagerClientConfig = {}): Secret {
  const client = new SecretsManagerClient({
    ...answerWithin(3000),
    ...config,
  })
  let kept: { readonly value: string; readonly until: number } | undefined
  return {
    async value(deadline) {
      if (kept !== undefined && clock.elapsed() < kept.until) return kept.value
      const { SecretString: value } = await client
        .send(new GetSecretValueCommand({ SecretId: arn }), within(deadline.left()))
        .catch(unavailable)
      if (value === undefined) throw new Error(`The secret ${arn} is not a text.`)
      kept = { value, until: clock.elapsed() + keptMs }
      return value
    },
  }
}
