import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import { commands, queries } from '../commands/contract.ts'
import { aggregates } from '../domain/aggregates.ts'
import { functionSources } from '../infra/build/functions.ts'
import { newAggregate } from '../infra/cli/new/aggregate.ts'
import { namesOf } from '../infra/cli/new/names.ts'
import { bundleFindings } from './architecture/bundles.ts'
import { acceptsNode } from './architecture/engines.ts'
import { describeLongFunctions, longFunctionFindings } from './architecture/functions.ts'
import {
  cycleFindings,
  featureFindings,
  featuresOf,
  localCloudFindings,
  missingFindings,
  reachFindings,
  sdkFindings,
  unusedFeatureImports,
  zoneFindings,
} from './architecture/imports.ts'
import { laneFindings } from './architecture/lanes.ts'
import { nameFindings } from './architecture/names.ts'
import { pathFindings } from './architecture/paths.ts'
import { isPending, needlessPending } from './architecture/pending.ts'
import { phraseFindings } from './architecture/phrases.ts'
import { deadFindings } from './architecture/reach.ts'
import { aboutPhrases, compareHits, readRecord } from './architecture/record.ts'
import { describeFindings, type Finding, openRepository } from './architecture/repository.ts'
import { snippetFindings } from './architecture/snippets.ts'
import { readSources } from './architecture/source.ts'
import { pending } from './architecture/zones.ts'

/**
 * The rules of the house, checked on the files as they are. The table of who may import whom is in
 * `test/architecture/zones.ts`. `LONG_FUNCTIONS=1` also lists the functions over 70 lines.
 */
const root = join(import.meta.dirname, '..')
const repository = openRepository(root)
const sources = readSources(repository)
const features = featuresOf(repository)

/** The names that clients, streams and other services know the features by. */
const featureNames = [
  ...Object.keys(commands),
  ...Object.keys(queries),
  ...aggregates.flatMap(({ events }) => Object.keys(events.schemas)),
]

/** Files that documents may name although they are not in the repository: the generator's, and those of a build. */
const examples = [
  ...['booking', 'invoice', 'price-list'].flatMap((name) => Object.keys(newAggregate(namesOf(name)).files)),
  'dist/command-api/index.mjs',
  // Written by those who follow docs/how-to.
  'commands/booking/daily-figures.ts',
  'projections/booking/due-reminders.ts',
  'workflows/booking/booking-reminder-email.ts',
  'workflows/booking/booking-webhook.ts',
  'workflows/booking/payment-saga.ts',
  'workflows/booking/reactions.ts',
  'workflows/functions/booking-webhook.ts',
  'workflows/functions/remind-bookings.ts',
  'workflows/schedules/remind-bookings.ts',
  'infra/stack/remind-bookings.ts',
  'test/infra/stack/booking/expected.ts',
]

const rules: Readonly<Record<string, readonly Finding[]>> = {
  'imports only what its zone may': zoneFindings(sources),
  'imports files that exist': missingFindings(sources, repository),
  'imports the AWS SDK only in files whose names show it': sdkFindings(sources),
  'imports the local cloud through its index': localCloudFindings(sources),
  'imports a feature only if that is declared': featureFindings(sources, features),
  'names commands, queries and events only in their features': nameFindings(sources, featureNames),
  'reaches no code that publishes from code that rebuilds': reachFindings(sources),
  'has no cycle of imports': cycleFindings(sources),
  'bundles exactly the files in functions/': bundleFindings(
    repository,
    functionSources().map(({ name }) => name),
  ),
  'has no function over 100 lines': longFunctionFindings(sources),
  'has no dead file': deadFindings(sources, repository),
  'names only paths that exist in documents and comments': pathFindings(sources, repository, examples),
  'shows in documents the code that is tested': snippetFindings(repository),
  'has every test in exactly one lane': laneFindings(sources),
}

if (process.env['LONG_FUNCTIONS']) console.log(describeLongFunctions(sources).join('\n'))

describe('the repository', () => {
  it.each(Object.entries(rules))('%s', (_, findings) => {
    expect(describeFindings(findings.filter((finding) => !isPending(pending, finding)))).toEqual([])
  })

  it('lists nothing as pending that is done', () => {
    expect(needlessPending(pending, Object.values(rules).flat())).toEqual([])
  })

  it('declares no import between features that is not needed', () => {
    expect(unusedFeatureImports(sources, features)).toEqual([])
  })

  it('has no rejected phrase beyond those that are recorded as not yet rewritten', () => {
    expect(compareHits(readRecord(root), phraseFindings(sources, repository, aboutPhrases))).toEqual([])
  })
})

describe('the packages', () => {
  interface Manifest {
    readonly engines?: { readonly node?: string }
  }
  const promised = z.object({ engines: z.object({ node: z.string() }) })
  const { engines } = promised.parse(JSON.parse(repository.read('package.json')))
  const oldest = /^>=(\d+\.\d+)$/.exec(engines.node)?.[1] ?? ''
  const locks = repository.files.filter((file) => file.endsWith('package-lock.json'))

  it.each(locks)('of %s accept the oldest Node that is promised', (file) => {
    // npm writes the file.
    const lock = JSON.parse(repository.read(file)) as { packages: Readonly<Record<string, Manifest>> }
    const refusing = Object.entries(lock.packages).filter(
      ([, { engines }]) => !acceptsNode(engines?.node ?? '*', `${oldest}.0`),
    )
    expect(Object.keys(lock.packages).length).toBeGreaterThan(1)
    expect(refusing.map(([name, { engines }]) => `${name} needs Node ${engines?.node}`)).toEqual([])
  })

  it.each(locks)('of %s name no registry', (file) => {
    expect(repository.read(file)).not.toMatch(/"resolved"|registry\./)
  })

  it('are checked for the same Node by the script that npm start and npm test run first', () => {
    const script = repository.read('infra/cli/check-node.js')
    const [, major, minor] = /major = (\d+)[\s\S]*minor = (\d+)/.exec(script) ?? []
    expect(`${major}.${minor}`).toBe(oldest)
  })
})
