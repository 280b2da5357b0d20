import type { ReactionRow } from '../reactions/reaction-row.ts'

export const projectCreatedEmail: ReactionRow = {
  name: 'project-created-email',
  eventTypes: ['ProjectCreated'],
  schema: 2,
  // Both name the project and its owner. Events of schema 1 may still be on their way.
  olderSchemas: [1],
  sendsMail: true,
  calls: [],
}

export const projectReactions = [projectCreatedEmail]
