import { expect, it } from 'vitest'
import { counterPartition } from '../../projections/engine/counters.ts'
import { guardKey, type RowKey } from '../../projections/engine/projection.ts'
import type { RowStore } from '../../projections/engine/row-store.ts'
import type { RowRemover } from '../../projections/rebuild/replay/row-remover.ts'

/** What every remover does. `open` is called once per test. */
export function rowRemoverContract(name: string, open: () => { rows: RowStore; remover: RowRemover }): void {
  it(`on ${name} removes all that a generation has left, and nothing of another`, async () => {
    const { rows, remover } = open()
    const ids = ['voyages.v1.1', 'voyages.v1.11', 'voyages.v1.2', 'sailors.v1.1'] as const
    for (const id of ids) {
      for (let n = 0; n < 9; n++) {
        await rows.move({
          key: guardKey(id, `voyage-${n}`),
          from: { version: 0 },
          to: { version: 1, state: '{}' },
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
    let removed = 0
    let after: RowKey | undefined
    do {
      const page = await remover.removeSome('voyages.v1.1', after)
      removed += page.removed
      after = page.next
    } while (after !== undefined)
    expect(removed).toBe(27)
    expect(await left()).toEqual([
      ['voyages.v1.1', false, 0, 0],
      ['voyages.v1.11', true, 9, 9],
      ['voyages.v1.2', true, 9, 9],
      ['sailors.v1.1', true, 9, 9],
    ])
    expect(await remover.removeSome('voyages.v1.1', undefined)).toMatchObject({ removed: 0 })
  })
}
