import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Event } from '../../domain/kernel/event.ts'
import type { Projection } from '../../projections/engine/projection.ts'
import { versions } from '../../projections/versions.ts'
import { projectionFingerprintOf, projectionFingerprints } from '../kit/fingerprint.ts'
import { cabinsV1 } from '../kit/fleet/cabins.ts'
import { joined, left, planned, renamed } from '../kit/fleet/history.ts'
import type { VoyageEvent } from '../kit/fleet/voyage-events.ts'
import { voyagesV1, voyagesV2 } from '../kit/fleet/voyages.ts'

const path = new URL('../fixtures/projections.json', import.meta.url)

/**
 * The code of a version wrote its rows, and computes every change of a row. So a version never changes: add
 * a new version instead. While none of its rows matter, `npm run folds` accepts a change.
 */
it('every version of a projection works as before; add a version for a change, or run `npm run folds`', () => {
  expect(projectionFingerprints()).toEqual(JSON.parse(readFileSync(path, 'utf8')))
})

it('every version in the code is recorded, and has its own number', () => {
  const names = versions.all.map(({ name, version }) => `${name}.v${version}`)
  expect(new Set(names).size).toBe(names.length)
  expect(Object.keys(projectionFingerprints())).toEqual(names.sort())
})

describe('the fingerprint of a projection', () => {
  const history: readonly VoyageEvent[] = [planned, joined('bob'), renamed('Globe'), left('bob')]
  const fingerprintOf = (projection: Projection<unknown, Event>) =>
    projectionFingerprintOf(projection, history)
  const before = fingerprintOf(voyagesV1)
  const changed = (over: Partial<typeof voyagesV1>) => fingerprintOf({ ...voyagesV1, ...over })

  it('is the same for the same code', () => {
    expect(changed({})).toBe(before)
    expect(changed({ evolve: (state, event) => voyagesV1.evolve(state, event) })).toBe(before)
  })

  it.each<[string, Partial<typeof voyagesV1>]>([
    ['fold', { evolve: (state, event) => voyagesV1.evolve(state, { ...event, at: 'never' }) }],
    ['rows', { render: (state, id) => voyagesV1.render(state, id).slice(1) }],
    ['counts', { count: () => [{ partition: 'all', sort: 'voyages', amounts: { voyages: 1 } }] }],
    ['feed', { record: (event, state, id) => ({ ...voyagesV1.record?.(event, state, id), rows: [] }) }],
    [
      'shards',
      {
        record(event, state, id) {
          const entry = voyagesV1.record?.(event, state, id) ?? {}
          return { ...entry, counters: (entry.counters ?? []).map((counter) => ({ ...counter, shards: 1 })) }
        },
      },
    ],
  ])('differs if its %s differ', (_, over) => {
    expect(changed(over)).not.toBe(before)
  })

  it('differs for another version and for another projection', () => {
    const all = [voyagesV1, voyagesV2, cabinsV1].map((projection) => fingerprintOf(projection))
    expect(new Set(all).size).toBe(3)
  })
})
