import { fromItem } from '../../../commands/event-store/commit-item.ts'
import type { CommitTable } from '../../../commands/event-store/commit-table.ts'
import { type Commit, lastVersion } from '../../../domain/kernel/event.ts'
import type { StreamName } from '../../../domain/kernel/stream.ts'
import { reasonOf } from './printing.ts'

/** An item of the event store, or a position at which one is missing. */
export type Stored =
  | { readonly version: number; readonly commit: Commit }
  | { readonly version: number; readonly unreadable: string; readonly item?: Item }

type Item = Readonly<Record<string, unknown>>

/** How long the store may take to return a page. */
const pageTimeoutMs = 10_000

/**
 * Reads a stream as it is stored: in order, with consistent reads, a page at a time. An item that cannot be read is
 * included with the reason. No event can be appended at a version that this returns.
 */
export async function* readStored(
  table: Pick<CommitTable, 'query'>,
  stream: StreamName,
): AsyncGenerator<Stored, void, undefined> {
  let expected: number | undefined = 1
  for (let from = 1, more = true; more; ) {
    const page = await table.query(stream, { from, order: 'forward' }, pageTimeoutMs)
    for (const raw of page.items) {
      const stored = storedOf(raw)
      if (expected !== undefined && stored.version !== expected) {
        const unreadable = `${stream} has a commit at ${stored.version} where ${expected} should be.`
        yield { version: expected, unreadable }
      }
      yield stored
      from = stored.version + 1
      expected = nextAfter(stored)
    }
    more = page.more
  }
}

/** An item of the table or of its stream. */
export function storedOf(raw: unknown): Stored {
  const item = raw as Item // an item is an object, with the keys of the table
  const version = Number(item['sk'])
  try {
    return { version, commit: fromItem(item) }
  } catch (error) {
    return { version, unreadable: reasonOf(error), item: shown(item) }
  }
}

/** Returns the version that the next commit must have; undefined if the item does not show it. */
function nextAfter(stored: Stored): number | undefined {
  if ('commit' in stored) return lastVersion(stored.commit) + 1
  const count = stored.item?.['count']
  return typeof count === 'number' && Number.isInteger(count) ? stored.version + count : undefined
}

/** Returns an item without the bytes of its snapshot, which is a cache. */
function shown(item: Item): Item {
  const { state } = item
  return state instanceof Uint8Array ? { ...item, state: `${state.byteLength} bytes` } : item
}
