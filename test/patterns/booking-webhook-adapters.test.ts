import { describe, expect, it, onTestFinished } from 'vitest'
import { ample } from '../kit/memory/read-side.ts'
import { startService } from '../kit/other-service.ts'
import { bookingWebhookReaction } from './booking-webhook.ts'

const event = {
  id: 'booking-1/1',
  type: 'BookingCreated',
  at: '2026-01-01T00:00:00.000Z',
  correlationId: 'c',
  data: { bookingId: '1', ownerId: 'ann' },
}

/** Calls a service that answers with a status, and no later than the deadline. */
async function react(status = 204, { deadline = ample, text = '' } = {}) {
  const { calls, url, close } = await startService(() => status)
  onTestFinished(close)
  const value = async () => text || JSON.stringify({ url, key: 'k3y' })
  const reaction = bookingWebhookReaction({ secret: { value } })
  return { calls, done: reaction.react(event, deadline) }
}

describe('the call of the other service', () => {
  // #region test
  it('carries the key, the event, and its id as the idempotency key', async () => {
    const { calls, done } = await react()
    expect(await done).toBe('called')
    const { correlationId: _, ...body } = event
    expect(calls).toMatchObject([
      { headers: { authorization: 'Bearer k3y', 'idempotency-key': 'booking-1/1' }, body },
    ])
  })
  // #endregion test

  it.each([429, 503])('is postponed if the service answers %i', async (status) => {
    const { done } = await react(status)
    await expect(done).rejects.toMatchObject({ name: 'Postponed' })
  })

  it.each([500, 400, 302])('fails, and so is repeated, if the service answers %i', async (status) => {
    const { calls, done } = await react(status)
    const error: Error = await done.then(
      () => new Error('it did not fail'),
      (error: Error) => error,
    )
    expect(error).toMatchObject({ code: 'unavailable' })
    expect(`${error}${error.cause}`).not.toContain('k3y')
    expect(calls).toHaveLength(1)
  })

  it('fails if the service does not answer in time', async () => {
    const { done } = await react(0, { deadline: { left: () => 50 } })
    await expect(done).rejects.toMatchObject({ code: 'unavailable' })
  })

  it.each([
    'k3y',
    '{"url":"no address","key":"k3y"}',
    '{"key":"k3y"}',
  ])('fails without a call if the secret is %s, and the error names no part of it', async (text) => {
    const { calls, done } = await react(204, { text })
    await expect(done).rejects.toThrow(/^The secret is not \{"url": "…", "key": "…"\}\.$/)
    expect(calls).toEqual([])
  })
})
