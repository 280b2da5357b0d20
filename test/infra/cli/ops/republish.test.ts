import { describe, expect, it } from 'vitest'
import { Problem } from '../../../../domain/kernel/problem.ts'
import { republish } from '../../../../infra/cli/ops/republish.ts'
import { createMemoryCommitScan } from '../../../../projections/rebuild/walk/memory-commit-scan.ts'
import { noted, planned, renamed, wrecked } from '../../../kit/fleet/stored-history.ts'
import { opsSide } from '../../../kit/memory/ops.ts'

const day = (number: number) => `2026-01-0${number}T00:00:00.000Z`

/** Two voyages with one commit per day. */
async function publishedSide() {
  const side = opsSide()
  for (const stream of ['voyage-1', 'voyage-2'] as const) {
    await side.appendStored(stream, day(1), planned, noted('Maps'))
    await side.appendStored(stream, day(2), renamed('Globe'), renamed('Map'))
    await side.appendStored(stream, day(3), renamed('Moon'))
  }
  const ids = () => side.sent.map(({ detail }) => JSON.parse(detail).id)
  return { ...side, ids }
}

describe('republish', () => {
  it('sends the public events of a stream again, unchanged, and no other stream', async () => {
    const { run, ids, sent } = await publishedSide()
    const { json, text, failed } = await run(republish, ['voyage-1'])
    expect(ids()).toEqual(['voyage-1/1', 'voyage-1/3', 'voyage-1/4', 'voyage-1/5'])
    expect(sent[0]).toMatchObject({ detailType: 'VoyagePlanned', time: day(1), source: 'annals' })
    expect(json).toEqual({ streams: 1, sent: 4, unsent: 0, failures: [] })
    expect({ text, failed }).toEqual({ text: 'events sent: 4, from streams: 1', failed: false })
  })

  it('sends those of a period, including its start and excluding its end', async () => {
    const { run, ids } = await publishedSide()
    const { json } = await run(republish, [], { from: day(2), to: day(3) })
    const wanted = ['voyage-1/3', 'voyage-1/4', 'voyage-2/3', 'voyage-2/4']
    expect(ids().sort()).toEqual(wanted)
    expect(json).toMatchObject({ streams: 2, sent: 4 })
    await run(republish, [], { from: '2026-01-02T00:00:00.001Z', to: '2026-01-03T00:00:00.001Z' })
    expect(ids().slice(4).sort()).toEqual(['voyage-1/5', 'voyage-2/5'])
    expect((await run(republish, [], { from: '2025-01-01', to: '2026-01-01' })).json).toMatchObject({
      streams: 0,
      sent: 0,
    })
  })

  it.each([1, 2, 4])('sends each event once from a walk in pages of %d', async (limit) => {
    const { run, ids, table } = await publishedSide()
    const scan = createMemoryCommitScan(table, { limit })
    await run(republish, [], { from: '2026-01-01', to: '2026-02-01' }, { scan })
    expect(new Set(ids()).size).toBe(8)
    expect(ids()).toHaveLength(8)
  })

  it('reports the unsent events of each stream, and sends the others', async () => {
    const { run, ids, appendStored } = await publishedSide()
    await appendStored('voyage-1', day(4), renamed('Sun'), wrecked, renamed('Star'))
    const { json, text, failed } = await run(republish, [], { from: day(3), to: day(5) })
    expect(ids().sort()).toEqual(['voyage-1/5', 'voyage-1/6', 'voyage-2/5'])
    const error = expect.stringContaining('"VoyageWrecked"')
    expect(json).toEqual({
      streams: 2,
      sent: 3,
      unsent: 1,
      failures: [{ stream: 'voyage-1', version: 7, error, ends: true }],
    })
    expect(failed).toBe(true)
    expect(text).toMatch(/^voyage-1 +NOT SENT +version 7 and those after it +.*"VoyageWrecked"/m)
  })

  it('ignores an unsendable event before or after the period', async () => {
    const { run, appendStored } = await publishedSide()
    await appendStored('voyage-1', day(4), wrecked)
    await appendStored('voyage-1', day(5), renamed('Sun'))
    for (const [from, to] of [
      [day(1), day(4)],
      [day(5), day(6)],
    ] as const)
      expect((await run(republish, [], { from, to })).failed).toBe(false)
  })

  it('reports the events that the bus did not accept, and sends the others', async () => {
    const { run, ids, ports } = await publishedSide()
    const bus: typeof ports.bus = {
      async put(entries, timeoutMs) {
        const refused = entries.map(({ detail }) => JSON.parse(detail).version === 3)
        await ports.bus.put(
          entries.filter((_, index) => !refused[index]),
          timeoutMs,
        )
        return refused.map((yes) => (yes ? 'MalformedDetail' : undefined))
      },
    }
    const { json, text, failed } = await run(republish, ['voyage-1'], {}, { bus })
    expect(ids()).toEqual(['voyage-1/1', 'voyage-1/4', 'voyage-1/5'])
    const failures = [{ stream: 'voyage-1', version: 3, error: 'MalformedDetail', ends: false }]
    expect({ json, failed }).toEqual({ json: { streams: 1, sent: 3, unsent: 1, failures }, failed: true })
    expect(text).toMatch(/NOT SENT +version 3 +MalformedDetail$/m)
  })

  it('continues with other streams if the store does not return the rest of one', async () => {
    const { run, ids, store, table } = await publishedSide()
    const broken: typeof store = {
      ...store,
      async read(stream, ...args) {
        if (stream === 'voyage-1') throw new Problem('unavailable', 'Later.')
        return store.read(stream, ...args)
      },
    }
    const period = { from: day(1), to: day(9) }
    const over = { store: broken, scan: createMemoryCommitScan(table, { limit: 2 }) }
    const { json, failed } = await run(republish, [], period, over)
    expect(json).toMatchObject({
      failures: [{ stream: 'voyage-1', version: 5, error: 'Later.', ends: true }],
    })
    expect(failed).toBe(true)
    expect(ids().filter((id) => id.startsWith('voyage-2'))).toHaveLength(4)
  })

  it('does not move the mark of a parked stream', async () => {
    const { run, parked } = await publishedSide()
    await parked.move('voyage-1', undefined, { version: 3, error: 'an earlier error', at: day(2) })
    expect((await run(republish, ['voyage-1'])).json).toMatchObject({ sent: 4 })
    expect(parked.all().get('voyage-1')).toEqual({ version: 3, error: 'an earlier error', at: day(2) })
  })

  it.each([
    [[], {}, 'give one STREAM, or --from and --to, and nothing else'],
    [['voyage-9'], {}, 'there is no stream voyage-9'],
    [['voyage-1'], { from: day(1) }, 'not both'],
    [[], { from: day(1) }, 'give both --from and --to'],
    [[], { to: day(1) }, 'give both --from and --to'],
    [[], { from: day(2), to: day(2) }, `--from ${day(2)} is not before --to ${day(2)}`],
    [[], { from: day(3), to: day(2) }, `--from ${day(3)} is not before --to ${day(2)}`],
    [[], { from: 'yesterday', to: day(2) }, '--from is "yesterday": give a time with its zone'],
    [[], { from: day(2), to: '2026-01-03T00:00' }, '--to is "2026-01-03T00:00": give a time with its zone'],
  ])('of %j with %j explains the mistake', async (operands, options, message) => {
    const { run, sent } = await publishedSide()
    await expect(run(republish, operands, options)).rejects.toThrow(message)
    expect(sent).toEqual([])
  })
})
