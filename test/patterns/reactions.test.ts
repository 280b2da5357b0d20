import { expect, it } from 'vitest'
import { booking } from './booking.ts'
import { bookingReminderEmail, bookingWebhook } from './booking-reactions.ts'
import { bookingReminderEmailReaction } from './booking-reminder-email.ts'
import { bookingWebhookReaction } from './booking-webhook.ts'

const reactions = [
  { row: bookingWebhook, reaction: bookingWebhookReaction },
  { row: bookingReminderEmail, reaction: bookingReminderEmailReaction },
]

it.each(reactions)('the reaction $row.name reads the event that is published', ({ row, reaction }) => {
  const [type] = row.eventTypes
  const entry = booking.publication.public.find((one) => one.type === type)
  expect(entry).toMatchObject({ schema: row.schema })
  // It only declares the data that it reads.
  const { data } = reaction({} as never)
  expect(data.safeParse(entry?.example).success).toBe(true)
})
