import * as z from 'zod/mini'
import type { ItemOf } from '../../commands/http/contract-types.ts'
import { Problem } from '../../domain/kernel/problem.ts'
import { parseStreamName, streamName } from '../../domain/kernel/stream.ts'
import { parseState } from '../../projections/engine/catch-up.ts'
import { counterPartition } from '../../projections/engine/counters.ts'
import { listRows, listStreams } from '../../projections/engine/list-pages.ts'
import { guardKey, partitionKey } from '../../projections/engine/projection.ts'
import type { Guard, ListOptions, ListPage, RowStore } from '../../projections/engine/row-store.ts'
import type { QueryContext, QueryHandlers } from '../../projections/query/query.ts'
import type { bookingContract } from './booking-contract.ts'
import { bookingsOf, bookingsV1, daysOf, roomOf } from './bookings.ts'

type BookingItem = ItemOf<typeof bookingContract, '/bookings/{bookingId}'>
type RoomItem = ItemOf<typeof bookingContract, '/rooms/{roomId}/bookings'>
type DayItem = ItemOf<typeof bookingContract, '/rooms/{roomId}/days'>

function itemOf(id: string, guard: Guard | undefined, userId: string): BookingItem | undefined {
  if (guard === undefined) return undefined
  const state = parseState(bookingsV1, guard.state)
  if (!state.exists || state.ownerId !== userId) return undefined
  const { ownerId: _, exists: __, remindAt: ___, ...shown } = state
  return { id, version: guard.version, ...shown }
}

// #region list-room
const roomRow = z.object({ startsAt: z.string(), endsAt: z.string() })

/** A page of a room's bookings that have not begun, the next one first. */
export async function listRoom(
  rows: RowStore,
  generation: string,
  roomId: string,
  { after, limit, now }: ListOptions & { readonly now: number },
): Promise<ListPage<RoomItem>> {
  const listed = await listRows(rows, partitionKey(generation, roomOf(roomId)), {
    limit,
    order: 'ascending',
    // The first page begins at this moment. Each further page begins at the cursor.
    after: after ?? new Date(now).toISOString(),
  })
  return { ...listed, items: listed.items.map(({ data }) => roomRow.parse(JSON.parse(data))) }
}
// #endregion list-room

// #region list-days
const dayMs = 24 * 60 * 60 * 1000
const dayOf = (ms: number) => new Date(ms).toISOString().slice(0, 'YYYY-MM-DD'.length)
/** How many days ahead the figures go. */
const daysAhead = 366

/** A page of a room's figures by day, today first. A day without bookings has the figure 0. */
export async function listDays(
  rows: RowStore,
  generation: string,
  roomId: string,
  { after, limit, now }: ListOptions & { readonly now: number },
): Promise<ListPage<DayItem>> {
  const today = Date.parse(dayOf(now))
  const first = after === undefined ? today : Date.parse(after) + dayMs
  const left = Math.max(0, (today + daysAhead * dayMs - first) / dayMs)
  const days = Array.from({ length: Math.min(limit, left) }, (_, index) => dayOf(first + index * dayMs))
  const range = { from: dayOf(first), to: days.at(-1) ?? dayOf(first) }
  const { sums, cost } = await rows.sums(counterPartition(generation, daysOf(roomId)), range)
  const items = days.map((day) => ({ day, bookings: sums.get(day)?.['bookings'] ?? 0 }))
  return { items, next: left > limit ? days.at(-1) : undefined, cost }
}
// #endregion list-days

const projection = bookingsV1.name
const generationOf = (context: QueryContext) => context.generation(projection).id
const idIn = ({ parameters }: QueryContext, name: string) => parameters[name] ?? ''

/** The handler of each query of bookings. */
export const bookingQueries: QueryHandlers<(typeof bookingContract)['queries']> = {
  '/bookings/{bookingId}': {
    projection,
    dependsOn: (context, { stream }) => stream === streamName('booking', idIn(context, 'bookingId')),
    async read(context) {
      const id = idIn(context, 'bookingId')
      const key = guardKey(generationOf(context), streamName('booking', id))
      const { guard, cost } = await context.rows.readGuard(key)
      const item = itemOf(id, guard, context.userId)
      if (item === undefined) throw new Problem('not-found', 'There is no such booking, or it is not yours.')
      return { item, cost }
    },
  },
  '/me/bookings': {
    projection,
    dependsOn: () => true,
    async list(context, options) {
      const generation = generationOf(context)
      const partition = partitionKey(generation, bookingsOf(context.userId))
      const listed = await listStreams(context.rows, generation, partition, options)
      return {
        ...listed,
        items: listed.items.flatMap((one) => itemOf(one.id, one.guard, context.userId) ?? []),
      }
    },
  },
  // #region room-handlers
  '/rooms/{roomId}/bookings': {
    projection,
    dependsOn: (_, { stream }) => parseStreamName(stream).aggregate === 'booking',
    list: (context, options) =>
      listRoom(context.rows, generationOf(context), idIn(context, 'roomId'), {
        ...options,
        now: context.now(),
      }),
  },
  // #endregion room-handlers
  // #region day-handlers
  '/rooms/{roomId}/days': {
    projection,
    dependsOn: (_, { stream }) => parseStreamName(stream).aggregate === 'booking',
    list: (context, options) =>
      listDays(context.rows, generationOf(context), idIn(context, 'roomId'), {
        ...options,
        now: context.now(),
      }),
  },
  // #endregion day-handlers
}
