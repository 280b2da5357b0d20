import { expect, it } from 'vitest'
import { counterPartition } from '../../projections/engine/counters.ts'
import type { ParkedIndex } from '../../projections/engine/parked-index.ts'
import { guardKey, type RowKey } from '../../projections/engine/projection.ts'
import type { RowStore } from '../../projections/engine/row-store.ts'
import type { RowRemover } from '../../projections/rebuild/replay/row-remover.ts'

/** The tests that every row remover must pass. `open` is called once per test. */
export function rowRemoverContract(
  name: string,
  open: () => { rows: RowStore & ParkedIndex; remover: RowRemover },
): void {
  it(`on ${name} removes every item of unlisted generations, and nothing else`, async () => {
    const { rows, remover } = open()
    const ids = ['ferries.v1.1', 'ferries.v1.11', 'ferries.v1.2', 'sailors.v1.1', 'ferries.v2.3'] as const
    const parked = { error: 'unreadable', at: '2026-01-01T00:00:00.000Z' }
    for (const id of ids) {
      for (let n = 0; n < 9; n++) {
        await rows.move({
          key: guardKey(id, `voyage-${n}`),
          from: { version: 0 },
          to: { version: 1, state: '{}', ...(n === 0 && { parked }) },
          put: [{ PK: `${id}#list`, SK: `${n}`, data: '{}' }],
          remove: [],
          counters: [{ PK: counterPartition(id, 'days'), SK: `a#${n}`, amounts: { voyages: 1 } }],
        })
      }
    }
    const left = async () => {
      const seen: [string, boolean, number, number][] = []
      for (const id of ids) {
        const { guard } = await rows.readGuard(guardKey(id, 'voyage-8'))
        const { rows: listed } = await rows.list(`${id}#list`, { limit: 50 })
        const { sums } = await rows.sums(counterPartition(id, 'days'), { from: 'a', to: 'a' })
        seen.push([id, guard !== undefined, listed.length, sums.get('a')?.['voyages'] ?? 0])
      }
      return seen
    }
    const clean = async (kept: () => Promise<ReadonlySet<string>>) => {
      const removed = new Map<string, number>()
      let after: RowKey | undefined
      do {
        const page = await remover.removeSome('ferries', kept, after)
        for (const [id, count] of page.removed) removed.set(id, (removed.get(id) ?? 0) + count)
        after = page.next
      } while (after !== undefined)
      return removed
    }
    // The list is read after the page, so a generation that was listed meanwhile is kept.
    const kept = new Set<string>(['ferries.v1.11'])
    const listing = async () => kept.add('ferries.v1.2')
    expect([...(await clean(listing))].sort()).toEqual([
      ['ferries.v1.1', 27],
      ['ferries.v2.3', 27],
    ])
    expect(await left()).toEqual([
      ['ferries.v1.1', false, 0, 0],
      ['ferries.v1.11', true, 9, 9],
      ['ferries.v1.2', true, 9, 9],
      ['sailors.v1.1', true, 9, 9],
      ['ferries.v2.3', false, 0, 0],
    ])
    const marks = (await rows.parkedKeys()).keys.map(({ PK }) => PK)
    expect(marks.filter((PK) => PK.startsWith('ferries.'))).toEqual([
      'ferries.v1.11#voyage-0',
      'ferries.v1.2#voyage-0',
    ])
    expect((await clean(listing)).size).toBe(0)
  })
}
