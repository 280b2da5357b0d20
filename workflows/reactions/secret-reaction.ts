import { environment } from '../../commands/aws/environment.ts'
import { systemClock } from '../../commands/aws/system-clock.ts'
import type { Reaction } from './reaction.ts'
import { type ReactionFunctionPorts, reactionFunction } from './reaction-function.ts'
import type { Secret } from './secret.ts'
import { createSecret } from './secrets-manager-secret.ts'

/** The ports of a reaction whose row declares a secret. */
export interface SecretPorts extends ReactionFunctionPorts {
  readonly secret: Secret
}

/** Makes the Lambda handler of a reaction that reads the secret of its row. */
export function secretReactionFunction<Data>(reactionWith: (ports: SecretPorts) => Reaction<Data>) {
  const secret = createSecret(environment('SECRET_ARN'), systemClock)
  return reactionFunction((ports) => reactionWith({ ...ports, secret }))
}
