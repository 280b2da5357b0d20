import type { Reservation, ReservationReader } from '../../domain/kernel/reservation.ts'
import { parseStreamName } from '../../domain/kernel/stream.ts'
import { bytesOf, checkItem, checkKeys, checkTransaction } from '../aws/dynamo-limits.ts'
import { pageOf } from '../aws/pages.ts'
import { type CommitItem, itemBytes } from './commit-item.ts'
import type { CommitTable } from './commit-table.ts'

/**
 * A table of commits and a table of reservations in memory, for tests and simulations. They charge, page and refuse
 * requests as DynamoDB does.
 */
export function createMemoryCommitTable(): CommitTable &
  ReservationReader & {
    readonly all: () => CommitItem[]
    /** Every reservation with the stream that holds it. */
    readonly reserved: () => (Reservation & { stream: string })[]
  } {
  const streams = new Map<string, CommitItem[]>()
  const held = new Map<string, Reservation & { stream: string }>()
  const name = ({ set, key }: Reservation) => JSON.stringify([set, key])
  const oneRead = { requests: 1, readUnits: 1, writeUnits: 0 }
  return {
    async putNew(item, { take, release }) {
      const reservations = [...take, ...release]
      checkSizes(item, reservations)
      const units = Math.ceil(itemBytes(item) / 1024)
      const writeUnits = reservations.length === 0 ? units : 2 * (units + reservations.length)
      const cost = { requests: 1, readUnits: 0, writeUnits }
      const items = streams.get(item.pk) ?? []
      const existing = items.find(({ sk }) => sk === item.sk)
      if (existing !== undefined) return { outcome: 'occupied', item: existing, cost }
      const reservation = reservations.find((one) => (held.get(name(one))?.stream ?? item.pk) !== item.pk)
      if (reservation !== undefined) return { outcome: 'taken', reservation, cost }
      for (const one of take) held.set(name(one), { ...one, stream: item.pk })
      for (const one of release) held.delete(name(one))
      streams.set(
        item.pk,
        [...items, { ...item }].sort((a, b) => a.sk - b.sk),
      )
      return { outcome: 'put', cost }
    },

    async query(stream, { from, to, order, limit }) {
      checkKeys({ partition: stream })
      const all = streams.get(stream) ?? []
      const matching =
        order === 'forward'
          ? all.filter(({ sk }) => from <= sk && sk <= (to ?? sk))
          : all.filter(({ sk }) => (to ?? sk) <= sk && sk <= from).reverse()
      return pageOf(matching, limit)
    },

    async holderOf(reservation) {
      checkKeys({ partition: reservation.set, sort: reservation.key })
      const holder = held.get(name(reservation))
      return { stream: holder && parseStreamName(holder.stream).stream, cost: oneRead }
    },

    async isEmpty(wanted) {
      return { empty: ![...held.values()].some(({ set }) => set === wanted), cost: oneRead }
    },

    all: () => [...streams.values()].flat(),
    reserved: () => [...held.values()],
  }
}

function checkSizes(item: CommitItem, reservations: readonly Reservation[]): void {
  checkItem({ partition: item.pk }, itemBytes(item))
  for (const { set, key } of reservations) checkKeys({ partition: set, sort: key })
  checkTransaction([itemBytes(item), ...reservations.map((one) => bytesOf({ ...one, stream: item.pk }))])
}
