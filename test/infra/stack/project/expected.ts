import { type ExpectedReaction, mail } from '../expected.ts'

export const projectReactions: readonly ExpectedReaction[] = [mail('ProjectCreatedEmail', ['ProjectCreated'])]
