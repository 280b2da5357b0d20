import { secretReactionFunction } from '../../../workflows/reactions/secret-reaction.ts'
import { bookingWebhookReaction } from '../booking-webhook.ts'

// #region entry
export const handler = secretReactionFunction(bookingWebhookReaction)
// #endregion entry
