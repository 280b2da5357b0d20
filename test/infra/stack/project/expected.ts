import { type ExpectedFunction, type ExpectedReaction, mailFrom, reaction, sendMail } from '../expected.ts'

export const projectReactions: readonly ExpectedReaction[] = [['ProjectCreatedEmail', ['ProjectCreated']]]

export const projectFunctions: readonly ExpectedFunction[] = [
  reaction('ProjectCreatedEmail', 'project-created-email', mailFrom, sendMail),
]
