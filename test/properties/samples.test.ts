import { expect, it } from 'vitest'
import { aggregates } from '../../domain/aggregates.ts'
import { versions } from '../../projections/versions.ts'
import { appSamples, drawnFor } from '../kit/aggregates.ts'

it('every aggregate of the application has a sample, with every version of the projections that fold it', () => {
  expect(appSamples.map(({ aggregate }) => aggregate)).toEqual(aggregates)
  const folded = appSamples.flatMap(({ generations }) => generations.map(({ projection }) => projection))
  expect(new Set(folded)).toEqual(new Set(versions.all.map(({ projection }) => projection)))
})

it('an aggregate without arbitraries fails with the name of the file to write', async () => {
  await expect(drawnFor('priceList')).rejects.toThrow(
    /^Write test\/kit\/arbitraries\/price-list\.ts\. .*priceList/,
  )
})
