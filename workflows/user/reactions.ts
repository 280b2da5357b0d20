import type { ReactionRow } from '../reactions/reaction-row.ts'

export const welcomeEmail: ReactionRow = {
  name: 'welcome-email',
  eventTypes: ['UserRegistered'],
  schema: 1,
  sendsMail: true,
  calls: [],
}

export const deleteSignIn: ReactionRow = {
  name: 'delete-sign-in',
  eventTypes: ['UserDeleted'],
  schema: 1,
  sendsMail: false,
  calls: [{ resource: 'user-pool', actions: ['cognito-idp:AdminDeleteUser'] }],
}

export const userReactions = [welcomeEmail, deleteSignIn]
