import type { Deadline } from '../../domain/kernel/cost.ts'
import type { EventStore } from '../../domain/kernel/event-store.ts'
import { parseStreamName } from '../../domain/kernel/stream.ts'
import type { AnyQuery, QueryContext } from './query.ts'
import type { Unreached } from './read-after.ts'

/**
 * Returns the first position that cannot be reached and whose stream the person may know of, because the answer
 * contains the stream. A report is only for its group, which may know of all streams.
 */
export async function shownIn(
  unreached: readonly Unreached[],
  context: QueryContext,
  query: AnyQuery,
  items: readonly unknown[],
): Promise<Unreached | undefined> {
  if ('report' in query) return unreached[0]
  const ofQuery = items as readonly { readonly version: number }[] // the items of this query
  const ids = new Set([context.userId, ...Object.values(context.parameters), ...items.map(idOf)])
  for (const one of unreached) {
    const { id } = parseStreamName(one.position.stream)
    if (ids.has(id) || (await query.shows?.(context, one.position, ofQuery)) === true) return one
  }
  return undefined
}

/**
 * Returns the first position that cannot be reached and whose commit the person wrote. They got it in the answer to a
 * command.
 */
export async function writtenBy(
  userId: string,
  unreached: readonly Unreached[],
  store: Pick<EventStore, 'read'>,
  deadline: Deadline,
): Promise<Unreached | undefined> {
  for (const one of unreached) {
    if (!one.parked) continue
    const { stream, version } = one.position
    const { commits } = await store.read(stream, version, deadline, 1)
    if (commits[0]?.actorId === userId) return one
  }
  return undefined
}

function idOf(item: unknown): string | undefined {
  const { id } = item as { readonly id?: unknown } // an item is an object of its contract
  return typeof id === 'string' ? id : undefined
}
