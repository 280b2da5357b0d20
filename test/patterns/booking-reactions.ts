import type { ReactionRow } from '../../workflows/reactions/reaction-row.ts'

// #region mail-row
export const bookingReminderEmail: ReactionRow = {
  name: 'booking-reminder-email',
  eventTypes: ['BookingReminderDue'],
  schema: 1,
  sendsMail: true,
  calls: [],
}
// #endregion mail-row
