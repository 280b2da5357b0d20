import type { ReactionRow } from '../reactions/reaction-row.ts'

export const uploadCompletedEmail: ReactionRow = {
  name: 'upload-completed-email',
  eventTypes: ['UploadCompleted'],
  schema: 1,
  sendsMail: true,
  calls: [],
}

export const uploadNotTakenEmail: ReactionRow = {
  name: 'upload-not-taken-email',
  eventTypes: ['UploadRejected', 'UploadFailed'],
  schema: 1,
  sendsMail: true,
  calls: [],
}

export const uploadReactions = [uploadCompletedEmail, uploadNotTakenEmail]
