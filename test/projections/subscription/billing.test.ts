import { describe, expect, it } from 'vitest'
import { execute } from '../../../commands/execution/execute.ts'
import { encodePosition } from '../../../commands/http/position.ts'
import type { StreamName } from '../../../domain/kernel/stream.ts'
import { type SubscriptionCommand, subscription } from '../../../domain/subscription/subscription.ts'
import { backend } from '../../kit/memory/backend.ts'
import { ample } from '../../kit/memory/read-side.ts'

const mb = 1024 * 1024
const registeredAt = '2026-01-31T23:00:00.000Z'

/**
 * Ann, who registered an hour before February, with functions that let time pass and change her
 * subscription.
 */
async function withAnn() {
  const all = backend()
  const { clock, store } = all
  clock.setNow(Date.parse(registeredAt))
  await all.confirm('ann')
  await all.confirm('bob')
  let sent = 0
  const send = async (command: SubscriptionCommand) => {
    const stream: StreamName = 'subscription-ann'
    sent += 1
    const ids = { commandId: `sent-${sent}`, digest: '', correlationId: 'c', causationId: 'c' }
    const { version } = await execute(
      subscription,
      { stream, command, ...ids },
      { store, clock, deadline: ample },
    )
    return encodePosition({ stream, version })
  }
  const positionOf = async (name: 'change-plan' | 'cancel-subscription', body: object = {}) =>
    String((await all.command('ann', name, { ...body })).body['position'])
  return { ...all, send, positionOf }
}

const pipeline = { actorId: 'pipeline' }

describe('a person who has chosen no plan', () => {
  it('is on the free one since their registration, and has used nothing', async () => {
    const { query, clock } = await withAnn()
    await clock.sleep(60_000)
    const fields = { id: 'ann', version: 0, createdAt: registeredAt, updatedAt: registeredAt }
    const plan = await query('ann', '/me/subscription')
    expect(plan).toMatchObject({ status: 200 })
    expect(plan.body).toEqual({ ...fields, plan: 'free', since: registeredAt })
    const usage = await query('ann', '/me/usage')
    expect(usage.body).toEqual({ ...fields, bytesUsed: 0, bytesReserved: 0, bytesAllowed: 500 * mb })
    expect((await query('ann', '/me/invoices')).body).toEqual({ items: [] })
  })

  it('is on it even if they have never used the API before', async () => {
    const { query, signUp } = await withAnn()
    signUp('carol')
    expect(await query('carol', '/me/subscription')).toMatchObject({ status: 200, body: { plan: 'free' } })
  })

  it('has nothing to cancel, and can read after that', async () => {
    const { command, query } = await withAnn()
    const { status, body, headers } = await command('ann', 'cancel-subscription')
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { id: 'ann', stream: 'subscription-ann', version: 0, events: [] },
    })
    expect(headers['etag']).toBe('"0"')
    expect(await query('ann', '/me/subscription', body['position'])).toMatchObject({ status: 200 })
  })

  it('is on the free plan since their registration even after an upload', async () => {
    const { send, query, clock } = await withAnn()
    await clock.sleep(60_000)
    const after = await send({ type: 'reserve-quota', ...pipeline, uploadId: 'a', bytes: mb })
    expect((await query('ann', '/me/subscription', after)).body).toEqual({
      id: 'ann',
      version: 1,
      createdAt: registeredAt,
      updatedAt: '2026-01-31T23:01:00.000Z',
      plan: 'free',
      since: registeredAt,
    })
  })
})

describe('a plan', () => {
  it("is chosen, and read at the command's position, with the moment when the next month begins", async () => {
    const { command, query, clock } = await withAnn()
    await clock.sleep(60_000)
    const { status, body } = await command('ann', 'change-plan', { plan: 'pro' }, { 'if-match': '"0"' })
    expect({ status, body }).toMatchObject({
      status: 200,
      body: { version: 1, events: [{ type: 'PlanChanged', version: 1 }] },
    })
    const since = '2026-01-31T23:01:00.000Z'
    expect((await query('ann', '/me/subscription', body['position'])).body).toEqual({
      id: 'ann',
      version: 1,
      createdAt: registeredAt,
      updatedAt: since,
      plan: 'pro',
      since,
      renewsAt: '2026-02-01T00:00:00.000Z',
    })
    expect((await query('ann', '/me/usage')).body).toMatchObject({ bytesAllowed: 100 * 1024 * mb })
    expect((await query('bob', '/me/subscription', body['position'])).body).toMatchObject({ plan: 'free' })
  })

  it('that is cancelled does not renew', async () => {
    const { positionOf, query, clock } = await withAnn()
    await positionOf('change-plan', { plan: 'business' })
    await clock.sleep(60_000)
    const { body } = await query('ann', '/me/subscription', await positionOf('cancel-subscription'))
    expect(body).toMatchObject({ version: 2, plan: 'free', since: '2026-01-31T23:01:00.000Z' })
    expect(body).not.toHaveProperty('renewsAt')
  })

  it.each([
    { plan: 'gold' },
    {},
    { plan: 'pro', month: '2020-01' },
  ])('is refused if it is unknown: %j', async (body) => {
    const { command, table } = await withAnn()
    expect(await command('ann', 'change-plan', body)).toMatchObject({
      status: 400,
      body: { type: 'urn:annals:problem:invalid-input' },
    })
    expect(table.all().filter(({ pk }) => pk === 'subscription-ann')).toEqual([])
  })

  it('is not chosen if the client names an outdated version', async () => {
    const { command, positionOf } = await withAnn()
    await positionOf('change-plan', { plan: 'business' })
    const seen = { 'if-match': '"0"' }
    expect(await command('ann', 'change-plan', { plan: 'pro' }, seen)).toMatchObject({ status: 412 })
  })
})

describe("a client's copy of the plan", () => {
  it('is current until the next month begins, without any event', async () => {
    const { positionOf, get, clock } = await withAnn()
    const after = await positionOf('change-plan', { plan: 'pro' })
    const { headers } = await get('ann', '/me/subscription', { 'read-after': after })
    const cached = { 'if-none-match': String(headers['etag']) }
    clock.setNow(Date.parse('2026-01-31T23:59:59.999Z'))
    expect(await get('ann', '/me/subscription', cached)).toMatchObject({ status: 304 })
    clock.setNow(Date.parse('2026-02-01T00:00:00.000Z'))
    expect(await get('ann', '/me/subscription', cached)).toMatchObject({
      status: 200,
      body: { version: 1, renewsAt: '2026-03-01T00:00:00.000Z' },
    })
  })

  it('stays current on the free plan', async () => {
    const { get, clock } = await withAnn()
    const { headers } = await get('ann', '/me/subscription', {})
    clock.setNow(Date.parse('2026-12-01T00:00:00.000Z'))
    const cached = { 'if-none-match': String(headers['etag']) }
    expect(await get('ann', '/me/subscription', cached)).toMatchObject({ status: 304 })
  })
})

describe('the usage of a person', () => {
  it('counts reserved and used bytes', async () => {
    const { send, query } = await withAnn()
    const usage = async (after: string) => (await query('ann', '/me/usage', after)).body
    await send({ type: 'reserve-quota', ...pipeline, uploadId: 'a', bytes: 3 * mb })
    const kept = await send({ type: 'reserve-quota', ...pipeline, uploadId: 'b', bytes: 5 * mb })
    expect(await usage(kept)).toMatchObject({ version: 2, bytesUsed: 0, bytesReserved: 8 * mb })
    await send({ type: 'use-quota', ...pipeline, uploadId: 'a', bytes: 3 * mb })
    const released = await send({ type: 'release-quota', ...pipeline, uploadId: 'b' })
    expect(await usage(released)).toMatchObject({ version: 4, bytesUsed: 3 * mb, bytesReserved: 0 })
  })

  it("has an entity tag that includes the plan's limits, which may change with the code", async () => {
    const { get } = await withAnn()
    const { headers } = await get('ann', '/me/usage', {})
    expect(headers['etag']).toBe('"subscriptions.v1.1.0.524288000"')
  })
})

describe('the invoices of a person', () => {
  it('are listed newest first, page by page, and only to that person', async () => {
    const { positionOf, send, query, clock } = await withAnn()
    await positionOf('change-plan', { plan: 'pro' })
    clock.setNow(Date.parse('2026-04-01T00:30:00.000Z'))
    const after = await send({ type: 'issue-invoices', actorId: 'billing', until: '2026-03' })
    const issuedAt = '2026-04-01T00:30:00.000Z'
    const first = await query('ann', '/me/invoices?limit=2', after)
    expect(first.body['items']).toEqual(
      [4, 3].map((version) => ({
        id: `subscription-ann/${version}`,
        version,
        createdAt: issuedAt,
        updatedAt: issuedAt,
        period: `2026-0${version - 1}`,
        amount: 900,
        currency: 'USD',
        issuedAt,
      })),
    )
    const second = await query('ann', `/me/invoices?limit=2&cursor=${first.body['cursor']}`)
    expect(second.body).toEqual({ items: [expect.objectContaining({ version: 2, period: '2026-01' })] })
    expect((await query('bob', '/me/invoices', after)).body).toEqual({ items: [] })
  })
})

describe('a person who has deleted their account', () => {
  it.each(['/me/subscription', '/me/usage', '/me/invoices'])('does not read %s', async (path) => {
    const { command, query } = await withAnn()
    const { body } = await command('ann', 'delete-account')
    expect(await query('ann', path, body['position'])).toMatchObject({ status: 403 })
  })
})
