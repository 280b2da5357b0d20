import type { ExpectedReaction } from '../expected.ts'

export const projectReactions: readonly ExpectedReaction[] = [['ProjectCreatedEmail', ['ProjectCreated']]]
