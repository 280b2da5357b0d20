import { describe, expect, it } from 'vitest'
import { folds } from '../../domain/generated/folds.ts'
import { appSamples } from '../kit/aggregates.ts'
import { fingerprints, fixturesOf } from '../kit/fingerprint.ts'

/**
 * Every stored event must stay readable permanently, so `test/fixtures/events` keeps a fixture of every event schema
 * ever released.
 */
describe.each(appSamples)('the released events of $aggregate.name', ({ aggregate: { name, events } }) => {
  const fixtures = fixturesOf(name)

  it.each(fixtures)('can be read: $stored.type, schema $stored.schema', ({ stored, reads }) => {
    expect(events.decode(stored)).toEqual(reads)
  })

  it('have a fixture for every schema', () => {
    const wanted = Object.entries(events.schemas).flatMap(([type, newest]) =>
      Array.from({ length: newest }, (_, index) => `${type} ${index + 1}`),
    )
    expect(fixtures.map(({ stored }) => `${stored.type} ${stored.schema}`).sort()).toEqual(wanted.sort())
  })
})

it('every fold has the fingerprint that its snapshots carry; if it differs, run `npm run folds`', () => {
  expect(folds).toEqual(fingerprints())
})
