import { describe, expect, it } from 'vitest'
import { toItem } from '../../../../commands/event-store/commit-item.ts'
import { noReservations } from '../../../../domain/kernel/reservation.ts'
import { eventsShow } from '../../../../infra/cli/ops/events-show.ts'
import { eventsTail } from '../../../../infra/cli/ops/events-tail.ts'
import { renamed, wrecked } from '../../../kit/fleet/stored-history.ts'
import { opsSide } from '../../../kit/memory/ops.ts'
import { newCommit } from '../../../kit/stores/commits.ts'

/** A stored event of an unknown schema, with unknown data. */
const sunk = { ...wrecked, schema: 3, data: { price: 7 } }
const at = '2026-01-01T00:00:00.000Z'

/** Puts an item that our code would never write. */
async function putItem(side: ReturnType<typeof opsSide>, version: number, over: object): Promise<void> {
  const item = toItem({ ...newCommit(), stream: 'voyage-1', version })
  await side.table.putNew({ ...item, ...over }, noReservations, 1000)
}

describe('events show', () => {
  it('shows the events of a stream in order, as they are stored, with the person who caused them', async () => {
    const { appendStored, run } = opsSide()
    await appendStored('voyage-1', at, renamed('Atlas'), renamed('Globe'))
    await appendStored('voyage-1', '2026-01-02T00:00:00.000Z', renamed('Map'))
    await appendStored('voyage-2', at, renamed('Other'))
    const { json, text } = await run(eventsShow, ['voyage-1'])
    expect(json).toEqual([
      expect.objectContaining({ stream: 'voyage-1', version: 1, at, actorId: 'ann', ...renamed('Atlas') }),
      expect.objectContaining({ version: 2, correlationId: 'correlation', ...renamed('Globe') }),
      expect.objectContaining({ version: 3, at: '2026-01-02T00:00:00.000Z', ...renamed('Map') }),
    ])
    expect(text?.split('\n')).toHaveLength(3)
    expect(text).toMatch(
      /^ +1 {2}2026-01-01T00:00:00.000Z {2}VoyageRenamed {2}ann {2}correlation {2}\{"name":"Atlas"\}$/m,
    )
  })

  it('shows an unknown event with the reason, and the events after it', async () => {
    const { appendStored, run } = opsSide()
    await appendStored('voyage-1', at, renamed('Atlas'), sunk, renamed('Map'))
    const { json, text } = await run(eventsShow, ['voyage-1'])
    expect(json).toMatchObject([
      { version: 1 },
      { version: 2, ...sunk, unreadable: 'Unknown event type "VoyageWrecked".' },
      { version: 3, ...renamed('Map') },
    ])
    expect(text).toContain('UNREADABLE: Unknown event type "VoyageWrecked".  {"price":7}')
  })

  it('shows the events of an unknown category', async () => {
    const { appendStored, run } = opsSide()
    await appendStored('invoice-1', at, sunk)
    const { json } = await run(eventsShow, ['invoice-1'])
    expect(json).toEqual([expect.objectContaining({ ...sunk, unreadable: 'Unknown category "invoice".' })])
  })

  it('shows a stored item whose events cannot be separated, without the bytes of its snapshot', async () => {
    const side = opsSide()
    await side.appendStored('voyage-1', at, renamed('Atlas'))
    await putItem(side, 2, { events: 'garbage', count: 2, state: new Uint8Array(9) })
    await putItem(side, 4, {})
    const { json } = await side.run(eventsShow, ['voyage-1'])
    expect(json).toMatchObject([
      { version: 1 },
      {
        version: 2,
        unreadable: 'The events of commit voyage-1/2 cannot be read.',
        item: { events: 'garbage', state: '9 bytes' },
      },
      { version: 4, type: 'VoyageRenamed' },
    ])
  })

  it('reports where a commit is missing', async () => {
    const side = opsSide()
    await side.appendStored('voyage-1', at, renamed('Atlas'))
    await putItem(side, 5, {})
    const { json } = await side.run(eventsShow, ['voyage-1'])
    expect(json).toMatchObject([
      { version: 1 },
      { version: 2, unreadable: 'voyage-1 has a commit at 5 where 2 should be.' },
      { version: 5 },
    ])
  })

  it('escapes control characters in data, so that they cannot command the terminal', async () => {
    const { appendStored, run } = opsSide()
    await appendStored('voyage-1', at, { ...sunk, type: 'Sold\u001b[2J\u009b1m' }, renamed('\u009b1m'))
    const { text } = await run(eventsShow, ['voyage-1'])
    expect(text?.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
    expect(text).toContain('Sold\\u001b[2J\\u009b1m')
  })

  it.each([
    [['voyage-9'], 'there is no stream voyage-9'],
    [['voyage'], '"voyage" is not the name of a stream.'],
    [[], 'give one STREAM, and nothing else'],
    [['voyage-1', 'voyage-2'], 'give one STREAM, and nothing else'],
  ])('of %j explains the mistake', async (operands, message) => {
    await expect(opsSide().run(eventsShow, operands)).rejects.toThrow(message)
  })
})

describe('events show, with code that cannot be loaded', () => {
  it('shows the events as they are stored, and says that it does not check them', async () => {
    const { appendStored, run } = opsSide()
    await appendStored('voyage-1', at, renamed('Atlas'), sunk)
    const code = () => Promise.reject(new Error('this checkout cannot be loaded: a brace is missing'))
    const { json, told } = await run(eventsShow, ['voyage-1'], {}, { code })
    expect(json).toEqual([
      expect.objectContaining(renamed('Atlas')),
      expect.not.objectContaining({ unreadable: expect.anything() }),
    ])
    expect(told).toEqual([expect.stringContaining('without checking them: this checkout cannot be loaded')])
  })
})

describe('events tail', () => {
  it.each([
    [[], ['voyage-1', 'voyage-1', 'voyage-2', 'voyager-1']],
    [['voyage'], ['voyage-1', 'voyage-1', 'voyage-2']],
    [['voyage-1'], ['voyage-1', 'voyage-1']],
  ])('of %j shows each new event of those streams, readable or not', async (operands, streams) => {
    const { appendStored, run } = opsSide()
    await appendStored('voyage-1', at, renamed('Atlas'), sunk)
    await appendStored('voyage-2', at, renamed('Map'))
    await appendStored('voyager-1', at, sunk)
    const { printed, told } = await run(eventsTail, operands)
    expect(printed.map(({ json }) => (json as { stream: string }).stream)).toEqual(streams)
    expect(printed[0]?.text).toContain('{"name":"Atlas"}')
    expect(printed[1]?.text).toContain('UNREADABLE: Unknown event type')
    expect(told).toHaveLength(1)
  })
})
