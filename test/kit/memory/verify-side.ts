import { expect } from 'vitest'
import type { StreamName } from '../../../domain/kernel/stream.ts'
import type { VerifiedJson } from '../../../infra/cli/ops/verified-json.ts'
import { verify } from '../../../infra/cli/ops/verify.ts'
import { counterPartition } from '../../../projections/engine/counters.ts'
import { guardKey, type RowItem } from '../../../projections/engine/projection.ts'
import type { RowStore } from '../../../projections/engine/row-store.ts'
import { fleetVersions } from '../fleet/fleet.ts'
import { joined, left, planned, renamed } from '../fleet/stored-history.ts'
import { opsSide } from './ops.ts'

export const at = '2025-12-01T00:00:00.000Z'
export const later = '2025-12-02T00:00:00.000Z'
/** The generation that is verified, and the partition of its counters. */
export const id = 'voyages.v1.1'
export const days = counterPartition(id, 'days')

/** A read side with the projector's operations, and with ways to tamper with what it wrote. */
export function verifySide() {
  const side = opsSide()
  const { rows, run, options } = side
  const [voyages] = fleetVersions.generationsOf('voyage')
  const catchUp = async (...streams: StreamName[]) => {
    for (const stream of streams) await voyages?.catchUp(stream, options)
  }
  const tamper = async (
    stream: StreamName,
    over: { remove?: RowItem[]; amounts?: Record<string, number>; version?: number },
  ) => {
    const key = guardKey(id, stream)
    const { guard } = await rows.readGuard(key)
    if (guard === undefined) throw new Error(`${stream} was not delivered`)
    const { remove = [], amounts, version = guard.version } = over
    const counters = amounts === undefined ? [] : [{ PK: days, SK: '2025-12-01#0', amounts }]
    const to = { ...guard, version }
    await rows.move({ key, from: { version: guard.version }, to, put: [], remove, counters })
  }
  const rowsIn = (partition: string) => rows.rows().filter(({ PK }) => PK === `${id}#${partition}`)
  const verified = async (
    options: { repair?: boolean } = {},
    over: Parameters<typeof run>[3] = {},
  ): Promise<VerifiedJson & { failed: boolean | undefined; text: string; told: string[] }> => {
    const { json, failed, text = '', told } = await run(verify, ['voyages'], options, over)
    const { generations: results, clean } = json as { generations: VerifiedJson[]; clean: boolean } // the fields that the command prints
    const [one, ...more] = results
    if (one === undefined || more.length > 0) throw new Error('there is one generation')
    expect(clean).toBe(!failed)
    return { ...one, failed, text, told }
  }
  return { ...side, catchUp, tamper, rowsIn, verified }
}

/** A read side with two delivered voyages. */
export async function deliveredSide() {
  const side = verifySide()
  for (const stream of ['voyage-1', 'voyage-2'] as const) {
    await side.appendStored(stream, at, planned, joined('bob'), joined('eve'))
    await side.appendStored(stream, later, renamed('Globe'), left('eve'))
    await side.catchUp(stream)
  }
  return side
}

/** A row store that calls a function before each call of one of its methods, with the number of the call. */
export function movedBefore(
  rows: RowStore,
  name: 'readRows' | 'sums',
  act: (call: number) => Promise<unknown>,
): RowStore {
  let calls = 0
  return {
    ...rows,
    async [name](...args: [never, never]) {
      calls += 1
      await act(calls)
      // Both methods get exactly the arguments of the call.
      return (rows[name] as (...given: [never, never]) => Promise<never>)(...args)
    },
  }
}
