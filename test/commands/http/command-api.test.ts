import { describe, expect, it } from 'vitest'
import { fleetBackend } from '../../kit/fleet/backend.ts'

const problem = (name: string) => ({ type: `urn:annals:problem:${name}` })

/** A voyage of Ann's with Bob as a hand. */
async function withVoyage() {
  const side = fleetBackend()
  const { body } = await side.command('ann', 'plan-voyage', { name: 'Atlas' })
  const voyageId = String(body['id'])
  await side.command('ann', 'sign-on', { voyageId, sailorId: 'bob', role: 'hand' })
  const rename = (userId: string, name: string, headers: Readonly<Record<string, string>> = {}) =>
    side.command(userId, 'rename-voyage', { voyageId, name }, headers)
  return { ...side, voyageId, rename }
}

describe('a command', () => {
  it('is answered with the events that it wrote and their versions', async () => {
    const { command } = fleetBackend()
    const { status, headers, body } = await command('ann', 'plan-voyage', { name: 'Atlas' })
    expect({ status, etag: headers['etag'] }).toEqual({ status: 200, etag: '"1"' })
    expect(body).toEqual({
      id: expect.any(String),
      stream: `voyage-${body['id']}`,
      version: 1,
      events: [{ type: 'VoyagePlanned', version: 1 }],
      position: expect.any(String),
    })
  })

  it('that is repeated under its key gets its first answer, and creates nothing twice', async () => {
    const { command, table } = fleetBackend()
    const headers = { 'idempotency-key': 'once' }
    const first = await command('ann', 'plan-voyage', { name: 'Atlas' }, headers)
    expect((await command('ann', 'plan-voyage', { name: 'Atlas' }, headers)).body).toEqual(first.body)
    expect(table.all().filter(({ pk }) => pk.startsWith('voyage-'))).toHaveLength(1)
    const other = await command('ann', 'plan-voyage', { name: 'Globe' }, headers)
    expect(other).toMatchObject({ status: 409, body: problem('key-reused') })
  })

  it('is different for each person, and for each request without a key', async () => {
    const { command } = fleetBackend()
    const headers = { 'idempotency-key': 'once' }
    const answers = [
      await command('ann', 'plan-voyage', { name: 'Atlas' }, headers),
      await command('bob', 'plan-voyage', { name: 'Atlas' }, headers),
      await command('ann', 'plan-voyage', { name: 'Atlas' }),
      await command('ann', 'plan-voyage', { name: 'Atlas' }),
    ]
    expect(new Set(answers.map(({ body }) => body['id'])).size).toBe(4)
  })

  it('that changes nothing is answered with the current version', async () => {
    const { rename } = await withVoyage()
    expect((await rename('ann', 'Atlas')).body).toMatchObject({ version: 2, events: [] })
  })

  it('is decided on the version that it names, or refused', async () => {
    const { rename } = await withVoyage()
    const stale = await rename('ann', 'Globe', { 'if-match': '"1"' })
    expect(stale).toMatchObject({ status: 412, body: problem('version-mismatch') })
    expect(await rename('ann', 'Globe', { 'if-match': '"2"' })).toMatchObject({ status: 200 })
  })

  it('tells a stranger nothing, whatever version they name', async () => {
    const { rename } = await withVoyage()
    for (const headers of [{}, { 'if-match': '"1"' }])
      expect(await rename('eve', 'Globe', headers)).toMatchObject({ status: 404, body: problem('not-found') })
  })

  it('is forbidden, or refused by a rule, whose name is in the answer', async () => {
    const { command, rename, voyageId } = await withVoyage()
    expect(await rename('bob', 'Globe')).toMatchObject({ status: 403, body: problem('forbidden') })
    await command('ann', 'postpone-voyage', { voyageId })
    expect(await rename('ann', 'Globe')).toMatchObject({ status: 422, body: problem('voyage-postponed') })
  })

  it('takes a key that no other stream holds', async () => {
    const { command, voyageId } = await withVoyage()
    await command('ann', 'charter-ship', { voyageId, ship: 'Argo' })
    const other = (await command('eve', 'plan-voyage', { name: 'Globe' })).body['id']
    const charter = () => command('eve', 'charter-ship', { voyageId: other, ship: 'ARGO' })
    expect(await charter()).toMatchObject({ status: 409, body: problem('ship-taken') })
    await command('ann', 'return-ship', { voyageId })
    expect(await charter()).toMatchObject({ status: 200 })
  })

  it('gets the names of the invalid fields of its body', async () => {
    const { command } = fleetBackend()
    expect(await command('ann', 'plan-voyage', { name: '', colour: 'red' })).toMatchObject({
      status: 400,
      body: { errors: expect.arrayContaining([expect.objectContaining({ path: '/name' })]) },
    })
  })

  it('of a person who has closed their account is refused, but the closing itself may be repeated', async () => {
    const { command } = fleetBackend()
    const headers = { 'idempotency-key': 'closing' }
    const closed = await command('ann', 'retire', {}, headers)
    expect(closed).toMatchObject({ status: 200, body: { events: [{ type: 'SailorRetired' }] } })
    const refused = { status: 403, body: problem('account-deleted') }
    expect(await command('ann', 'plan-voyage', { name: 'Atlas' })).toMatchObject(refused)
    expect((await command('ann', 'retire', {}, headers)).body).toEqual(closed.body)
  })

  it('looks up its person once in 5 s', async () => {
    const { command, table, clock } = fleetBackend()
    await command('ann', 'plan-voyage', { name: 'Sun' })
    await clock.sleep(5_001)
    let loads = 0
    const { query } = table
    table.query = (stream, ...rest) => {
      if (stream === 'sailor-ann') loads += 1
      return query(stream, ...rest)
    }
    await command('ann', 'plan-voyage', { name: 'Atlas' })
    await command('ann', 'plan-voyage', { name: 'Globe' })
    expect(loads).toBe(1)
    await clock.sleep(5_001)
    await command('ann', 'plan-voyage', { name: 'Moon' })
    expect(loads).toBe(2)
  })
})
