import type { Reservation, ReservationReader } from '../../domain/kernel/reservation.ts'
import { parseStreamName } from '../../domain/kernel/stream.ts'
import { type CommitItem, itemBytes } from './commit-item.ts'
import type { CommitTable } from './commit-table.ts'

const pageBytes = 1024 * 1024

/** A table of commits and one of reservations in memory, for tests and simulations. They charge and page as DynamoDB does. */
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
      const units = Math.ceil(itemBytes(item) / 1024)
      const writeUnits = reservations.length === 0 ? units : 2 * (units + reservations.length)
      const cost = { requests: 1, readUnits: 0, writeUnits }
      const items = streams.get(item.pk) ?? []
      const standing = items.find(({ sk }) => sk === item.sk)
      if (standing !== undefined) return { outcome: 'occupied', item: standing, cost }
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

    async query(stream, { from, to, order, limit = Number.POSITIVE_INFINITY }) {
      const all = streams.get(stream) ?? []
      const matching =
        order === 'forward'
          ? all.filter(({ sk }) => from <= sk && sk <= (to ?? sk))
          : all.filter(({ sk }) => (to ?? sk) <= sk && sk <= from).reverse()
      const items: CommitItem[] = []
      let bytes = 0
      for (const item of matching) {
        if (items.length >= limit || bytes >= pageBytes) break
        items.push(item)
        bytes += itemBytes(item)
      }
      const readUnits = Math.max(1, Math.ceil(bytes / 4096))
      return { items, more: items.length < matching.length, cost: { requests: 1, readUnits, writeUnits: 0 } }
    },

    async holderOf(reservation) {
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
