import { describe, expect, it } from 'vitest'
import { eventsHandled } from '../../../../infra/cli/ops/events-handled.ts'
import { find } from '../../../../infra/cli/ops/find.ts'
import type { StoredGuard } from '../../../../infra/cli/ops/guard-scan.ts'
import { handledId } from '../../../../infra/cli/ops/handled-events.ts'
import { lag } from '../../../../infra/cli/ops/lag.ts'
import { fleetVersions } from '../../../kit/fleet/fleet.ts'
import { planned, renamed, wrecked } from '../../../kit/fleet/stored-history.ts'
import { opsSide } from '../../../kit/memory/ops.ts'

const at = '2026-01-01T00:00:00.000Z'

describe('find', () => {
  const stored = (PK: string, state: object): StoredGuard => ({
    PK,
    version: 3,
    state: JSON.stringify(state),
  })
  async function* guards() {
    yield stored('sailors.v1.1#sailor-2', { status: 'enlisted', email: 'Eve@example.com' })
    yield stored('sailors.v1.1#sailor-1', { status: 'enlisted', email: 'ann@example.com' })
    yield stored('sailors.v1.1#sailor-3', { status: 'retired' })
    yield stored('sailors.v1.7#sailor-1', { status: 'enlisted', email: 'ann@example.com' })
    yield stored('voyages.v1.1#voyage-1', { title: 'The Atlas of Ann' })
  }
  const found = (options: object) => opsSide().run(find, [], options, { guards })

  it('finds the stream with an email address in the live read model, ignoring case', async () => {
    expect(await found({ email: 'ANN@example.com' })).toMatchObject({
      failed: false,
      json: [{ stream: 'sailor-1', generation: 'sailors.v1.1', version: 3, value: 'ann@example.com' }],
    })
    expect(await found({ email: 'ann' })).toMatchObject({
      failed: true,
      json: [],
      text: 'No stream has this email.',
    })
  })

  it('finds the streams with a text in their title', async () => {
    expect((await found({ title: 'atlas' })).json).toMatchObject([{ stream: 'voyage-1' }])
  })

  it.each([{}, { email: 'a', title: 'b' }])('needs exactly one of the two, not %j', async (options) => {
    await expect(found(options)).rejects.toThrow('give --email ADDRESS or --title TEXT')
  })
})

describe('events handled', () => {
  it('shows the outcome of each reaction to each event', async () => {
    const { appendStored, run } = opsSide()
    await appendStored('voyage-1', at, planned, renamed('Globe'), renamed('Map'))
    const reactions = [
      { name: 'name-mail', eventTypes: ['VoyageRenamed'] as const },
      { name: 'other', eventTypes: ['SailorRetired'] as const },
    ]
    const done = handledId('name-mail', 'voyage-1/2')
    const handled = {
      read: async (keys: readonly { reaction: string; event: string }[]) =>
        keys.map(({ reaction, event }) =>
          handledId(reaction, event) === done ? { status: 'COMPLETED', outcome: 'sent' } : undefined,
        ),
    }
    const { json, text } = await run(eventsHandled, ['voyage-1'], {}, { reactions, handled })
    expect(json).toEqual([
      {
        stream: 'voyage-1',
        version: 2,
        type: 'VoyageRenamed',
        reaction: 'name-mail',
        status: 'COMPLETED',
        outcome: 'sent',
      },
      { stream: 'voyage-1', version: 3, type: 'VoyageRenamed', reaction: 'name-mail', status: 'NONE' },
    ])
    expect(text).toMatch(/VoyageRenamed {2}name-mail {2}done +sent\n/)
    expect(text).toContain('not handled yet, failed, or longer ago')
  })

  it('reports that there is no stream', async () => {
    await expect(opsSide().run(eventsHandled, ['voyage-1'])).rejects.toThrow('there is no stream voyage-1')
  })
})

describe('lag', () => {
  it('counts the events and streams that a generation has not folded, and names the oldest', async () => {
    const { appendStored, run, options } = opsSide()
    const [voyages] = fleetVersions.generationsOf('voyage')
    await appendStored('voyage-1', at, planned)
    await appendStored('voyage-2', at, planned)
    await appendStored('voyage-3', at, wrecked)
    for (const stream of ['voyage-1', 'voyage-2', 'voyage-3'] as const)
      await voyages?.catchUp(stream, options)
    await appendStored('voyage-1', '2026-01-03T00:00:00.000Z', renamed('A'), renamed('B'))
    await appendStored('voyage-2', '2026-01-02T00:00:00.000Z', renamed('C'))
    const { json, text } = await run(lag)
    const generations: { generation: string }[] = Object(json).generations
    expect(generations.find(({ generation }) => generation === 'voyages.v1.1')).toEqual({
      generation: 'voyages.v1.1',
      streams: 3,
      behind: 3,
      parked: 1,
      events: 4,
      oldest: at,
    })
    expect(text).toMatch(/^voyages\.v1\.1 +events 4 +streams 3 of 3 +parked 1 +oldest 2026-01-01/m)
    expect(text).toContain('IteratorAge')
  })

  it('shows on a local cloud how far the deliveries to each function are behind', async () => {
    const deliveryLag = async () => [{ to: 'Annals-Forwarder', records: 12, oldest: at }]
    const { json, text } = await opsSide().run(lag, [], {}, { deliveryLag })
    expect(json).toMatchObject({ deliveries: [{ to: 'Annals-Forwarder', records: 12 }] })
    expect(text).toMatch(/^Annals-Forwarder +records 12 +oldest 2026/m)
  })
})
