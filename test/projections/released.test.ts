import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { projectsV1 } from '../../projections/project/v1/projection.ts'
import { versions } from '../../projections/versions.ts'
import { projectionFingerprintOf, projectionFingerprints } from '../kit/fingerprint.ts'
import { projects } from '../kit/memory/generations.ts'
import { wide } from '../kit/memory/wide-projection.ts'

const path = new URL('../fixtures/projections.json', import.meta.url)

/**
 * Rows were written by the code of a version, and a change of one is computed by it. So a version stays as it is: a
 * change is another version. While nothing that it has written is to be kept, `npm run folds` takes a change over.
 */
it('every version of a projection does what it did; a change is a version of its own, or `npm run folds`', () => {
  expect(projectionFingerprints()).toEqual(JSON.parse(readFileSync(path, 'utf8')))
})

it('every version in the code is one of those', () => {
  const names = versions.all.map(({ name, version }) => `${name}.v${version}`)
  expect(Object.keys(projectionFingerprints())).toEqual(names.sort())
})

describe('the fingerprint of a projection', () => {
  const before = projectionFingerprintOf({ ...projects })
  const changed = (over: Partial<typeof projectsV1>) =>
    projectionFingerprintOf({ generation: 1, projection: { ...projectsV1, ...over } })

  it('is the same for the same code', () => {
    expect(changed({})).toBe(before)
    expect(changed({ evolve: (state, event) => projectsV1.evolve(state, event) })).toBe(before)
  })

  it.each<[string, Partial<typeof projectsV1>]>([
    ['fold', { evolve: (state, event) => projectsV1.evolve(state, { ...event, at: 'never' }) }],
    ['rows', { render: (state, id) => projectsV1.render(state, id).slice(1) }],
    ['counts', { count: () => [{ partition: 'all', sort: 'projects', amounts: { projects: 1 } }] }],
    ['feed', { record: (event, state, id) => ({ ...projectsV1.record?.(event, state, id), rows: [] }) }],
    [
      'shards',
      {
        record(event, state, id) {
          const entry = projectsV1.record?.(event, state, id) ?? {}
          return { ...entry, counters: (entry.counters ?? []).map((counter) => ({ ...counter, shards: 1 })) }
        },
      },
    ],
  ])('is another where its %s are', (_, over) => {
    expect(changed(over)).not.toBe(before)
  })

  it('is another for another projection', () => {
    expect(projectionFingerprintOf(wide)).not.toBe(before)
  })
})
