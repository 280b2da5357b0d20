import { type ExpectedReaction, mail } from '../expected.ts'

export const projectReactions: readonly ExpectedReaction[] = [mail('ProjectCreatedEmail', ['ProjectCreated'])]

/** The actions on reservations that the command API needs besides. */
export const projectInCommandApi = ['GetItem', 'PutItem', 'Query'] as const
