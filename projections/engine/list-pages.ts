import { addCost } from '../../domain/kernel/cost.ts'
import { parseStreamName } from '../../domain/kernel/stream.ts'
import { guardKey, type RowItem, streamOfRow } from './projection.ts'
import type { Guard, ListOptions, ListPage, RowStore } from './row-store.ts'

/** Returns a page of the rows of a partition. It requests one more row to find out whether there is another page. */
export async function listRows(
  rows: RowStore,
  partition: string,
  { limit, ...options }: ListOptions,
): Promise<ListPage<RowItem>> {
  const { rows: found, cost } = await rows.list(partition, { ...options, limit: limit + 1 })
  const items = found.slice(0, limit)
  return { items, next: found.length > limit ? items.at(-1)?.SK : undefined, cost }
}

/**
 * Yields every row of a partition whose sort key is before another key, largest first. It reads page by page, and stops
 * before that key.
 */
export async function* rowsBefore(
  rows: RowStore,
  partition: string,
  before: string,
): AsyncGenerator<RowItem, void, undefined> {
  for (let after: string | undefined = before; after !== undefined; ) {
    const page: ListPage<RowItem> = await listRows(rows, partition, { after, limit: 100 })
    yield* page.items
    after = page.next
  }
}

/** A stream in a list: the id of its aggregate, and the generation's guard for it. */
export interface Listed {
  readonly id: string
  readonly guard: Guard
}

/**
 * Returns a page of the streams that have a row in a partition, with their guards. Every guard is read by its key,
 * because the rows contain nothing that changes. The guard shows a change between the two reads, so the caller must
 * still decide whether to show the stream.
 */
export async function listStreams(
  rows: RowStore,
  generation: string,
  partition: string,
  options: ListOptions,
): Promise<ListPage<Listed>> {
  const listed = await listRows(rows, partition, options)
  const streams = listed.items.map((row) => parseStreamName(streamOfRow(row)))
  const { guards, cost } = await rows.readGuards(streams.map(({ stream }) => guardKey(generation, stream)))
  const items = streams.flatMap(({ id }, index): Listed[] => {
    const guard = guards[index]
    return guard === undefined ? [] : [{ id, guard }]
  })
  return { ...listed, items, cost: addCost(listed.cost, cost) }
}
