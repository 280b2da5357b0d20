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

// #region webhook-row
export const bookingWebhook: ReactionRow = {
  name: 'booking-webhook',
  eventTypes: ['BookingCreated'],
  schema: 1,
  sendsMail: false,
  calls: [],
  secret: 'Address and key of the service that is told of bookings, as {"url": "…", "key": "…"}',
}
// #endregion webhook-row
