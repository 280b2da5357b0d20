import { projectReactions } from './project/reactions.ts'
import type { ReactionRow } from './reactions/reaction-row.ts'
import { subscriptionReactions } from './subscription/reactions.ts'
import { uploadReactions } from './upload/reactions.ts'
import { userReactions } from './user/reactions.ts'

/** Every reaction to public events, by feature. */
export const reactions: readonly ReactionRow[] = [
  ...userReactions,
  ...projectReactions,
  ...uploadReactions,
  ...subscriptionReactions,
]
