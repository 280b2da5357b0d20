import type { ReactionRow } from '../reactions/reaction-row.ts'

export const projectCreatedEmail: ReactionRow = {
  name: 'project-created-email',
  eventTypes: ['ProjectCreated'],
  schema: 1,
  sendsMail: true,
  calls: [],
}

export const projectReactions = [projectCreatedEmail]
