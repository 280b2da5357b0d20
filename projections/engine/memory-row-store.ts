import { bytesOf, checkItem, checkKeys, checkTransaction } from '../../commands/aws/dynamo-limits.ts'
import { pageOf, readPages } from '../../commands/aws/pages.ts'
import { noCost } from '../../domain/kernel/cost.ts'
import { Problem } from '../../domain/kernel/problem.ts'
import { added, type CounterItem, keysOf, type SortRange, sumsOf } from './counters.ts'
import { type ParkedIndex, parkedIndexKey } from './parked-index.ts'
import { nameOf, type RowItem, type RowKey } from './projection.ts'
import { type Guard, type ListOptions, type Move, maxChangesPerMove, type RowStore } from './row-store.ts'

export interface MemoryRowStore extends RowStore, ParkedIndex {
  /** Removes every item in the chosen partitions. Returns the number of removed items. */
  readonly removeAll: (isChosen: (partition: string) => boolean) => number
  readonly rows: () => RowItem[]
  readonly counters: () => CounterItem[]
}

interface Memory {
  readonly guards: Map<string, Guard>
  readonly rows: Map<string, RowItem>
  readonly counters: Map<string, CounterItem>
}

/** A read model in memory, for tests and simulations. It pages and refuses requests as DynamoDB does. */
export function createMemoryRowStore(): MemoryRowStore {
  const memory: Memory = { guards: new Map(), rows: new Map(), counters: new Map() }
  const { guards, rows, counters } = memory
  return {
    async readGuard(key) {
      check(key)
      return { guard: guards.get(nameOf(key)), cost: { requests: 1, readUnits: 1, writeUnits: 0 } }
    },

    async readGuards(keys) {
      for (const key of keys) check(key)
      return {
        guards: keys.map((key) => guards.get(nameOf(key))),
        cost: { requests: 1, readUnits: keys.length, writeUnits: 0 },
      }
    },

    move: async (one) => move(memory, one),

    async put(some) {
      for (const row of some) checkItem({ partition: row.PK, sort: row.SK }, bytesOf(row))
      for (const row of some) rows.set(nameOf(row), row)
      return { outcome: 'put', cost: { requests: 1, readUnits: 0, writeUnits: some.length } }
    },

    async readRows(keys) {
      for (const key of keys) check(key)
      const found = keys.flatMap((key) => rows.get(nameOf(key)) ?? [])
      return { rows: found, cost: { requests: 1, readUnits: keys.length, writeUnits: 0 } }
    },

    list: (partition, options) => list(memory, partition, options),
    sums: (partition, range) => sums(memory, partition, range),
    parkedKeys: () => parkedKeys(memory),

    removeAll(isChosen) {
      let removed = 0
      for (const items of [guards, rows, counters]) {
        for (const key of [...items.keys()]) {
          const [PK] = JSON.parse(key)
          if (isChosen(String(PK)) && items.delete(key)) removed += 1
        }
      }
      return removed
    },

    rows: () => [...rows.values()],
    counters: () => [...counters.values()],
  }
}

function move({ guards, rows, counters }: Memory, one: Move): Awaited<ReturnType<RowStore['move']>> {
  const { key, from, to, put, remove, counters: counted } = one
  const changes = put.length + remove.length + counted.length
  if (changes > maxChangesPerMove)
    throw new Problem('too-large', `A write can have at most ${maxChangesPerMove} changes.`)
  checkSizes(one, [
    ...remove.map((row) => rows.get(nameOf(row)) ?? row),
    ...counted.map(({ PK, SK, amounts }) => {
      const sum = added(counters.get(nameOf({ PK, SK }))?.amounts ?? {}, amounts)
      return { PK, SK, ...sum }
    }),
  ])
  const { version = 0, written } = guards.get(nameOf(key)) ?? {}
  if (version !== from.version || written !== from.written)
    return { outcome: 'again', cost: { ...noCost, requests: 1 } }
  guards.set(nameOf(key), to)
  for (const row of remove) rows.delete(nameOf(row))
  for (const row of put) rows.set(nameOf(row), row)
  for (const item of counted) {
    const sum = counters.get(nameOf(item))
    counters.set(nameOf(item), { ...item, amounts: added(sum?.amounts ?? {}, item.amounts) })
  }
  return {
    outcome: 'moved',
    cost: { requests: 1, readUnits: 0, writeUnits: changes === 0 ? 1 : 2 * (1 + changes) },
  }
}

async function list(
  { rows }: Memory,
  partition: string,
  { after, limit, order }: ListOptions,
): ReturnType<RowStore['list']> {
  const isBefore = (a: string, b: string) => (order === 'ascending' ? a < b : a > b)
  const { items, cost } = await readPages<RowItem, string>(async (from = after, most) => {
    const found = [...rows.values()]
      .filter(({ PK, SK }) => PK === partition && (from === undefined || isBefore(from, SK)))
      .sort((a, b) => (isBefore(a.SK, b.SK) ? -1 : 1))
    const page = pageOf(found, most)
    return { ...page, next: page.more ? page.items.at(-1)?.SK : undefined }
  }, limit)
  return { rows: items, cost }
}

async function sums({ counters }: Memory, partition: string, range: SortRange): ReturnType<RowStore['sums']> {
  const { from, to } = keysOf(range)
  const { items, cost } = await readPages<CounterItem, string>(async (after = '') => {
    const found = [...counters.values()]
      .filter(({ PK, SK }) => PK === partition && SK >= from && SK <= to && SK > after)
      .sort((a, b) => (a.SK < b.SK ? -1 : 1))
    const page = pageOf(found)
    return { ...page, next: page.more ? page.items.at(-1)?.SK : undefined }
  })
  return { sums: sumsOf(items), cost }
}

async function parkedKeys({ guards }: Memory): ReturnType<ParkedIndex['parkedKeys']> {
  const { items: keys, cost } = await readPages<RowKey, string>(async (after = '') => {
    const found = [...guards.entries()]
      .filter(([, { parked }]) => parked !== undefined)
      .map(([key]): RowKey => {
        const [PK, SK] = JSON.parse(key)
        return { PK, SK }
      })
      .filter(({ PK }) => PK > after)
      .sort((a, b) => (a.PK < b.PK ? -1 : 1))
    const page = pageOf(found)
    return { ...page, next: page.more ? page.items.at(-1)?.PK : undefined }
  })
  return { keys, cost }
}

function check({ PK, SK }: RowKey): void {
  checkKeys({ partition: PK, sort: SK })
}

/** Throws as DynamoDB does. `others` are the stored items that the transaction removes or adds amounts to. */
function checkSizes({ key, to, put }: Move, others: readonly RowKey[]): void {
  const index = parkedIndexKey(key, to.parked)
  const guard = { ...key, ...to, ...index }
  const items: readonly RowKey[] = [guard, ...put, ...others]
  for (const item of items) checkItem({ partition: item.PK, sort: item.SK }, bytesOf(item))
  if (index.GSI1SK !== undefined) checkKeys({ partition: index.GSI1PK, sort: index.GSI1SK })
  checkTransaction(items.map(bytesOf))
}
