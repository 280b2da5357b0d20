import { reactionFunction } from '../reactions/reaction-function.ts'
import { subscriptionEnd } from '../subscription/subscription-end.ts'

export const handler = reactionFunction(subscriptionEnd)
