import { describe, expect, it } from 'vitest'
import type { StreamName } from '../../../../domain/kernel/stream.ts'
import { parkedList } from '../../../../infra/cli/ops/parked-list.ts'
import { parkedResubmit } from '../../../../infra/cli/ops/parked-resubmit.ts'
import { parkedShow } from '../../../../infra/cli/ops/parked-show.ts'
import { guardKey } from '../../../../projections/engine/projection.ts'
import { fleetVersions } from '../../../kit/fleet/fleet.ts'
import { planned, renamed, wrecked } from '../../../kit/fleet/stored-history.ts'
import { opsSide } from '../../../kit/memory/ops.ts'

const at = '2026-01-01T00:00:00.000Z'
const error = 'unreadable: Unknown event type "VoyageRenamed".'
const type = 'VoyageRenamed'
const stack = `Problem: ${error}\n    at decode (/code/codec.ts:12:34)`

/** Streams whose second event stopped earlier code, in the read model and in the forwarder. */
async function parkedSide(...streams: StreamName[]) {
  const side = opsSide()
  for (const stream of streams) {
    await side.appendStored(stream, at, planned)
    await fleetVersions.generationsOf('voyage')[0]?.catchUp(stream, side.options)
    const key = guardKey('voyages.v1.1', stream)
    const { guard } = await side.rows.readGuard(key)
    const to = { version: 1, state: guard?.state ?? '', parked: { error, at, version: 2, type, stack } }
    await side.rows.move({ key, from: { version: 1 }, to, put: [], remove: [], counters: [] })
    await side.appendStored(stream, at, renamed('Globe'), renamed('Map'))
    await side.parked.move(stream, undefined, { version: 2, error, at, type, stack })
  }
  return side
}

describe('parked list', () => {
  it('lists for each stream who has parked it, at which version, why and since when', async () => {
    const { run } = await parkedSide('voyage-1', 'voyage-2')
    const { json, text } = await run(parkedList)
    const one = { version: 1, event: { version: 2, type }, error, stack, since: at }
    expect(json).toEqual([
      { by: 'voyages.v1.1', stream: 'voyage-1', ...one },
      { by: 'voyages.v1.1', stream: 'voyage-2', ...one },
      { by: 'forwarder', stream: 'voyage-1', ...one },
      { by: 'forwarder', stream: 'voyage-2', ...one },
    ])
    expect(text?.split('\n')).toHaveLength(7)
    expect(text).toMatch(/^forwarder +voyage-1 +1 +2026\S+ +2 VoyageRenamed +unreadable/m)
    expect(text).toMatch(/\n.*parked resubmit STREAM \| --all$/)
  })

  it('reports that nothing is parked', async () => {
    expect(await opsSide().run(parkedList)).toMatchObject({ json: [], text: 'Nothing is parked.' })
  })

  it('omits a stream that the index still lists but whose item has no mark', async () => {
    const { run, ports } = await parkedSide('voyage-1')
    const { keys, cost } = await ports.index.parkedKeys()
    await run(parkedResubmit, ['voyage-1'])
    const lagging = { parkedKeys: async () => ({ keys, cost }) }
    expect((await run(parkedList, [], {}, { index: lagging })).json).toEqual([])
  })

  it('lists more streams than one request reads', async () => {
    const { run, rows } = opsSide()
    for (let id = 0; id < 205; id++) {
      const key = guardKey('voyages.v1.1', `voyage-${id}`)
      const to = { version: 0, state: '{}', parked: { error, at } }
      await rows.move({ key, from: { version: 0 }, to, put: [], remove: [], counters: [] })
    }
    expect((await run(parkedList)).json).toHaveLength(205)
  })
})

describe('parked show', () => {
  it('shows the event, the error and the lines of the stack', async () => {
    const { run } = await parkedSide('voyage-1', 'voyage-2')
    const { json, text } = await run(parkedShow, ['voyage-1'])
    const one = { stream: 'voyage-1', version: 1, event: { version: 2, type }, error, stack, since: at }
    expect(json).toEqual([
      { by: 'voyages.v1.1', ...one },
      { by: 'forwarder', ...one },
    ])
    expect(text?.split('\n').slice(0, 5)).toEqual([
      `Parked by voyages.v1.1 since ${at}`,
      '  event    2, VoyageRenamed',
      '  reached  1',
      `  error    ${error}`,
      '           at decode (/code/codec.ts:12:34)',
    ])
  })

  it('shows a mark of older code, and an event of an unreadable commit', async () => {
    const { run, parked } = opsSide()
    await parked.move('voyage-1', undefined, { version: 3, error, at })
    const { json, text } = await run(parkedShow, ['voyage-1'])
    const reason = { version: 2, event: { version: 3 }, error, since: at }
    expect(json).toEqual([{ by: 'forwarder', stream: 'voyage-1', ...reason }])
    expect(text).toContain('event    3, unreadable, so its type is unknown')
  })

  it('escapes the control characters of an error', async () => {
    const { run, parked } = opsSide()
    const hostile = 'unreadable: \u001b[2J'
    await parked.move('voyage-1', undefined, {
      version: 1,
      error: hostile,
      at,
      stack: `${hostile}\n\u001b at`,
    })
    expect((await run(parkedShow, ['voyage-1'])).text).not.toContain('\u001b')
  })

  it('says that a stream is not parked', async () => {
    const { run } = await parkedSide('voyage-1')
    expect(await run(parkedShow, ['voyage-2'])).toMatchObject({ json: [], text: 'voyage-2 is not parked.' })
  })
})

describe('parked resubmit', () => {
  it('takes a stream to its end in every read model and the forwarder, and no other stream', async () => {
    const { run, rows, sent } = await parkedSide('voyage-1', 'voyage-2')
    const { json, failed } = await run(parkedResubmit, ['voyage-1'])
    expect(failed).toBe(false)
    expect(json).toEqual([
      { by: 'voyages.v1.1', stream: 'voyage-1', outcome: 'done', version: 3 },
      { by: 'forwarder', stream: 'voyage-1', outcome: 'done', sent: 2 },
    ])
    const { guard } = await rows.readGuard(guardKey('voyages.v1.1', 'voyage-1'))
    expect(guard).toMatchObject({ version: 3, state: expect.stringContaining('"Map"') })
    expect(guard?.parked).toBeUndefined()
    expect(sent.map(({ detail }) => JSON.parse(detail).id)).toEqual(['voyage-1/2', 'voyage-1/3'])
    const left = (await run(parkedList)).json as { stream: string }[] // listed above
    expect(left.map(({ stream }) => stream)).toEqual(['voyage-2', 'voyage-2'])
  })

  it('does not need the index to list a stream', async () => {
    const { run, ports } = await parkedSide('voyage-1')
    const { cost } = await ports.index.parkedKeys()
    const index = { parkedKeys: async () => ({ keys: [], cost }) }
    const { json } = await run(parkedResubmit, ['voyage-1'], {}, { index })
    expect(json).toMatchObject([{ outcome: 'done' }, { outcome: 'done' }])
  })

  it('fails if a stream is still parked, gives the reason, and resubmits the others', async () => {
    const { run, appendStored } = await parkedSide('voyage-1', 'voyage-2')
    await appendStored('voyage-1', at, wrecked)
    const { json, failed, text } = await run(parkedResubmit, [], { all: true })
    expect(failed).toBe(true)
    const why = expect.stringContaining('Unknown event type "VoyageWrecked".')
    expect(json).toMatchObject([
      { by: 'voyages.v1.1', stream: 'voyage-1', outcome: 'parked', version: 3, error: why },
      { by: 'voyages.v1.1', stream: 'voyage-2', outcome: 'done', version: 3 },
      { by: 'forwarder', stream: 'voyage-1', outcome: 'parked', version: 3, error: why },
      { by: 'forwarder', stream: 'voyage-2', outcome: 'done' },
    ])
    expect(text).toContain('STILL PARKED')
    expect((await run(parkedList)).json).toHaveLength(2)
  })

  it('leaves a generation that this code lacks to the deployed code', async () => {
    const { run, rows } = opsSide()
    const key = guardKey('voyages.v9.1', 'voyage-1')
    const to = { version: 4, state: '{}', parked: { error, at } }
    await rows.move({ key, from: { version: 0 }, to, put: [], remove: [], counters: [] })
    const { json, failed } = await run(parkedResubmit, ['voyage-1'])
    expect(json).toEqual([
      {
        by: 'voyages.v9.1',
        stream: 'voyage-1',
        outcome: 'parked',
        version: 4,
        error: 'This code has no generation voyages.v9.1: resubmit with the code that is deployed.',
      },
    ])
    expect(failed).toBe(true)
    expect((await rows.readGuard(key)).guard).toEqual(to)
  })

  it('has nothing to do for a stream that is not parked', async () => {
    const { run, appendStored } = opsSide()
    await appendStored('voyage-1', at, planned)
    const nothing = { json: [], text: 'Nothing is parked.', failed: false }
    expect(await run(parkedResubmit, ['voyage-1'])).toMatchObject(nothing)
    expect(await run(parkedResubmit, [], { all: true })).toMatchObject(nothing)
  })

  it.each([
    [['voyage-9'], {}, 'there is no stream voyage-9'],
    [[], {}, 'give one STREAM, or --all'],
    [['voyage-1'], { all: true }, 'not both'],
    [['voyage'], {}, '"voyage" is not the name of a stream.'],
  ])('of %j with %j explains the mistake', async (operands, options, message) => {
    await expect(opsSide().run(parkedResubmit, operands, options)).rejects.toThrow(message)
  })
})
