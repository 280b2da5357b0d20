import { environment } from '../../../commands/aws/environment.ts'
import { systemClock } from '../../../commands/aws/system-clock.ts'
import { reactionFunction } from '../../../workflows/reactions/reaction-function.ts'
import { createSecret } from '../../../workflows/reactions/secrets-manager-secret.ts'
import { bookingCall } from '../webhook.ts'

// #region entry
const secret = createSecret(environment('SECRET_ARN'), systemClock)

export const handler = reactionFunction(() => bookingCall({ secret }))
// #endregion entry
