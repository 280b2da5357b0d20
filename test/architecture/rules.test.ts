import { describe, expect, it } from 'vitest'
import { bundleFindings } from './bundles.ts'
import { acceptsNode } from './engines.ts'
import { describeLongFunctions, longFunctionFindings } from './functions.ts'
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
} from './imports.ts'
import { laneFindings } from './lanes.ts'
import { nameFindings } from './names.ts'
import { pathFindings } from './paths.ts'
import { isPending, needlessPending } from './pending.ts'
import { deadFindings } from './reach.ts'
import { describeFindings, type Finding } from './repository.ts'
import { sample } from './sample.ts'
import { readSources } from './source.ts'

const sourcesOf = (files: Readonly<Record<string, string>>) => readSources(sample(files))
const places = (findings: readonly Finding[]) =>
  findings.map(({ file, line, subject }) => `${file}:${line} ${subject}`)

describe('a zone', () => {
  it.each([
    ['domain/user/user.ts', '../../commands/contract.ts'],
    ['domain/user/user.ts', 'node:crypto'],
    ['domain/user/user.ts', '@aws-sdk/client-dynamodb'],
    ['domain/user/user.ts', 'aws-lambda'],
    ['domain/kernel/codec.ts', '../user/user.ts'],
    ['commands/http/api.ts', '../../projections/queries.ts'],
    ['commands/http/api.ts', '../../workflows/reactions.ts'],
    ['commands/http/api.ts', 'aws-cdk-lib'],
    ['commands/event-store/load.ts', '../execution/execute.ts'],
    ['commands/event-store/load.ts', '../../domain/aggregates.ts'],
    ['commands/execution/execute.ts', '../http/api.ts'],
    ['projections/user/queries.ts', '../../commands/execution/execute.ts'],
    ['projections/user/queries.ts', '../../commands/handlers.ts'],
    ['projections/user/queries.ts', '../../workflows/billing/invoicing.ts'],
    ['projections/engine/step.ts', '../query/read-after.ts'],
    ['projections/engine/step.ts', '../versions.ts'],
    ['workflows/billing/invoicing.ts', '../../projections/publishing/republish.ts'],
    ['workflows/billing/invoicing.ts', '../../projections/engine/step.ts'],
    ['workflows/billing/invoicing.ts', '../../infra/build/settings.ts'],
    ['workflows/billing/invoicing.ts', 'constructs'],
    ['infra/local/cloud/template.ts', '../../../domain/aggregates.ts'],
    ['infra/local/cloud/template.ts', '../../build/bundle.ts'],
    ['infra/local/cloud/template.ts', 'aws-cdk-lib/aws-lambda'],
    ['infra/stack/parts/api.ts', '../../local/index.ts'],
    ['infra/deploy/deploy.ts', '../local/index.ts'],
    ['commands/http/api.ts', '../../infra/local/index.ts'],
    ['infra/cli/start.ts', '../../test/kit/until.ts'],
    ['projections/engine/step.ts', 'vitest'],
  ])('of %s may not import %s', (file, target) => {
    const found = zoneFindings(sourcesOf({ [file]: `export const a = 1\nimport '${target}'` }))
    expect(found[0]).toMatchObject({ file, line: 2, rule: 'zone' })
  })

  it.each([
    ['domain/user/user.ts', 'zod/mini'],
    ['domain/user/user.ts', '../kernel/codec.ts'],
    ['commands/http/api.ts', '../../domain/aggregates.ts'],
    ['projections/user/queries.ts', '../../commands/contract.ts'],
    ['projections/user/queries.ts', '../../commands/contract-types.ts'],
    ['projections/user/queries.ts', '../../commands/user/contract.ts'],
    ['projections/user/queries.ts', '../../commands/http/api.ts'],
    ['workflows/billing/invoicing.ts', '../../projections/rebuild/walk/walk.ts'],
    ['workflows/billing/invoicing.ts', '../../projections/subscription/subscribers.ts'],
    ['infra/stack/parts/api.ts', 'aws-cdk-lib/aws-lambda'],
    ['infra/cli/start.ts', '../local/index.ts'],
    ['infra/local/cloud/template.ts', '@aws-sdk/client-dynamodb'],
    ['test/kit/until.ts', '../../infra/local/index.ts'],
  ])('of %s may import %s', (file, target) => {
    expect(zoneFindings(sourcesOf({ [file]: `import '${target}'` }))).toEqual([])
  })

  it.each([
    `import type { A } from '../../commands/contract.ts'`,
    `export { a } from '../../commands/contract.ts'`,
    `export type * from '../../commands/contract.ts'`,
    `export type A = import('../../commands/contract.ts').A`,
    `const a = await import('../../commands/contract.ts')`,
  ])('sees %s', (code) => {
    expect(zoneFindings(sourcesOf({ 'domain/user/user.ts': code }))).toHaveLength(1)
  })

  it.each([
    'Date.now()',
    'Math.random()',
    'new Date()',
    'performance.now()',
    'process.env',
    'fetch("a")',
  ])('of the domain has no %s', (code) => {
    const found = zoneFindings(sourcesOf({ 'domain/user/user.ts': `export const a = () => ${code}` }))
    expect(found[0]).toMatchObject({ line: 1, rule: 'pure' })
    expect(
      zoneFindings(sourcesOf({ 'commands/aws/system-clock.ts': `export const a = () => ${code}` })),
    ).toEqual([])
  })

  it('of the domain may read a time that it is given', () => {
    expect(
      zoneFindings(sourcesOf({ 'domain/user/user.ts': 'export const a = (at: string) => new Date(at)' })),
    ).toEqual([])
  })
})

describe('the AWS SDK', () => {
  it.each([
    ['projections/engine/row-store.ts', '@aws-sdk/lib-dynamodb', 1],
    ['projections/engine/dynamo-row-store.ts', '@aws-sdk/lib-dynamodb', 0],
    ['projections/engine/dynamo-row-store.ts', '@aws-sdk/client-s3', 1],
    ['commands/aws/client.ts', '@aws-sdk/client-s3', 0],
    ['infra/local/cloud/template.ts', '@aws-sdk/client-s3', 0],
    ['workflows/zebra/picture.ts', 'sharp', 1],
    ['workflows/zebra/sharp-pictures.ts', 'sharp', 0],
  ])('in %s: %s', (file, name, count) => {
    expect(sdkFindings(sourcesOf({ [file]: `import '${name}'` }))).toHaveLength(count)
  })
})

describe('the local cloud', () => {
  it.each([
    ['infra/cli/start.ts', '../local/cloud/template.ts', 1],
    ['infra/cli/start.ts', '../local/index.ts', 0],
    ['test/kit/until.ts', '../../infra/local/faults/faults.ts', 1],
    ['test/infra/local/faults/faults.test.ts', '../../../../infra/local/faults/faults.ts', 0],
    ['test/kit/local-cloud/user-pool.ts', '../../../infra/local/faults/faults.ts', 0],
    ['infra/local/index.ts', './faults/faults.ts', 0],
  ])('is imported by %s as %s', (file, target, count) => {
    expect(localCloudFindings(sourcesOf({ [file]: `import '${target}'` }))).toHaveLength(count)
  })
})

describe('a feature', () => {
  const files = {
    'domain/user/user.ts': '',
    'domain/zebra/zebra.ts': '',
    'domain/subscription/plans.ts': '',
    'domain/kernel/codec.ts': '',
  }
  const features = featuresOf(sample(files))

  it('is a folder beside the kernel', () => {
    expect(features).toEqual(['user', 'zebra', 'subscription', 'analytics'])
  })

  it.each([
    ['commands/http/api.ts', '../../domain/zebra/zebra.ts', 1],
    ['projections/engine/step.ts', '../zebra/v1/queries.ts', 1],
    ['infra/build/bundle.ts', '../../domain/zebra/zebra.ts', 1],
    ['commands/user/handlers.ts', '../../domain/zebra/zebra.ts', 1],
    ['workflows/reactions/zebra/end.ts', '../../../domain/user/user.ts', 1],
    ['commands/zebra/handlers.ts', '../../domain/zebra/zebra.ts', 0],
    ['commands/handlers.ts', './zebra/handlers.ts', 0],
    ['commands/functions/command-api.ts', '../zebra/handlers.ts', 0],
    ['infra/stack/parts/api.ts', '../../../workflows/zebra/machine.ts', 0],
    ['projections/subscription/queries.ts', '../user/v1/queries.ts', 0],
    ['commands/registration/handler.ts', '../../domain/user/user.ts', 0],
    ['test/kit/given.ts', '../../domain/zebra/zebra.ts', 0],
  ])('is imported by %s as %s', (file, target, count) => {
    expect(featureFindings(sourcesOf({ [file]: `import '${target}'` }), features)).toHaveLength(count)
  })

  it('fails if it declares an import that nothing needs', () => {
    expect(unusedFeatureImports(sourcesOf(files), features)).toContain('subscription -> user')
    expect(unusedFeatureImports(sourcesOf(files), features)).not.toContain('project -> user')
  })
})

describe('a name of a feature', () => {
  it('is not in shared code, as a string or as a key', () => {
    const code = "const a = 'end-zebra'\nconst b = { 'end-zebra': 1 }\n// 'end-zebra'\nconst c = 'end-zebras'"
    const sources = sourcesOf({ 'commands/http/api.ts': code, 'commands/zebra/contract.ts': code })
    expect(places(nameFindings(sources, ['end-zebra']))).toEqual([
      'commands/http/api.ts:1 end-zebra',
      'commands/http/api.ts:2 end-zebra',
    ])
  })
})

describe('a rebuild', () => {
  it('reaches no code that publishes, through any chain, and the chain is named', () => {
    const sources = sourcesOf({
      'projections/rebuild/replay.ts': "import '../query/a.ts'",
      'projections/query/a.ts': "import type {} from '../publishing/b.ts'",
      'projections/publishing/b.ts': '',
    })
    const [found, ...more] = reachFindings(sources)
    expect(found?.advice).toContain('replay.ts -> projections/query/a.ts -> projections/publishing/b.ts')
    expect(more).toEqual([])
  })
})

describe('a cycle of imports', () => {
  it('is found once, type imports included', () => {
    const sources = sourcesOf({
      'a.ts': "\nimport './b.ts'",
      'b.ts': "import type {} from './c.ts'",
      'c.ts': "export * from './a.ts'",
      'd.ts': "import './a.ts'",
    })
    expect(places(cycleFindings(sources))).toEqual(['a.ts:2 b.ts -> c.ts'])
  })
})

describe('a file', () => {
  it('that does not exist is not imported', () => {
    const files = { 'commands/a.ts': "import './b.ts'" }
    expect(places(missingFindings(sourcesOf(files), sample(files)))).toEqual([
      'commands/a.ts:1 commands/b.ts',
    ])
  })

  it('is dead unless an entry point reaches it', () => {
    const files = {
      'package.json': '{ "scripts": { "a": "node scripts/a.ts" } }',
      'scripts/a.ts':
        "await import('./b.ts')\nconst path = './c.mjs'\nconst url = new URL(`./drawn/${name}`)",
      'scripts/b.ts': 'await import(`./peers/${name}.ts`)',
      'scripts/c.mjs': '',
      'scripts/peers/d.ts': '',
      'scripts/drawn/j.ts': '',
      'commands/functions/e.ts': "import '../f.ts'",
      'commands/f.ts': '',
      'commands/g.ts': "import './h.ts'",
      'commands/h.ts': '',
      'test/i.test.ts': "const file = 'commands/g.ts'",
    }
    expect(places(deadFindings(sourcesOf(files), sample(files)))).toEqual([
      'commands/g.ts:1 commands/g.ts',
      'commands/h.ts:1 commands/h.ts',
    ])
  })
})

describe('an entry point', () => {
  const repository = sample({ 'commands/functions/a.ts': '', 'workflows/functions/b.ts': '' })

  it('is bundled, and a bundle has one', () => {
    expect(bundleFindings(repository, ['a', 'b'])).toEqual([])
    const native = sample({ 'commands/functions/a.ts': '', 'commands/functions/a.native.json': '' })
    expect(bundleFindings(native, ['a'])).toEqual([])
    expect(bundleFindings(repository, ['a'])).toMatchObject([{ file: 'workflows/functions/b.ts' }])
    expect(bundleFindings(repository, ['a', 'b', 'c'])[0]?.advice).toContain('bundles c')
  })

  it('is alone in its folder and has a name of its own', () => {
    const crowded = sample({
      'commands/functions/a.ts': '',
      'workflows/functions/a.ts': '',
      'workflows/functions/kit/b.ts': '',
    })
    expect(bundleFindings(crowded, ['a']).map(({ advice }) => advice)).toEqual([
      expect.stringContaining('is not an entry point'),
      expect.stringContaining('two functions/ folders'),
    ])
  })
})

describe('a function', () => {
  const lines = (count: number) => 'a()\n'.repeat(count)

  it('has at most 100 lines', () => {
    const found = longFunctionFindings(
      sourcesOf({
        'a.ts': `export const f = () => {\n${lines(99)}}\nexport function g() {\n${lines(98)}}`,
        'b.ts': `export const h = { i() {\n${lines(100)}} }`,
      }),
    )
    expect(places(found)).toEqual(['a.ts:1 f', 'b.ts:1 i'])
  })

  it('is as long as it is without the tests that it declares', () => {
    const suite = `export function contract() {\ndescribe('a', () => {\nit('b', () => {\n${lines(90)}})\nit('c', () => {\n${lines(90)}})\n})\n}`
    expect(longFunctionFindings(sourcesOf({ 'a.ts': suite }))).toEqual([])
    const test = `it.each([1])('a', () => {\n${lines(100)}})`
    expect(longFunctionFindings(sourcesOf({ 'a.ts': test }))).toHaveLength(1)
  })

  it('over 70 lines is listed on request', () => {
    expect(describeLongFunctions(sourcesOf({ 'a.ts': `function f() {\n${lines(70)}}` }))).toEqual([
      'a.ts:1  f has 72 lines',
    ])
  })
})

describe('a path', () => {
  const files = {
    'commands/http/api.ts': '',
    'docs/guide.md': '# A guide, of two\n',
    'README.md': '',
    'test/kit/until.ts': '',
  }
  const found = (file: string, text: string) => {
    const all = { ...files, [file]: text }
    return pathFindings(sourcesOf(all), sample(all), ['domain/invoice/invoice.ts']).map(
      ({ subject }) => subject,
    )
  }

  it.each([
    'commands/http/gone.ts',
    'commands/gone/',
    'commands/**/gone.ts',
    'gone.ts',
    'http/gone.ts',
    './gone.md',
    'docs/gone.md',
  ])('that does not exist is found in Markdown and in comments: %s', (path) => {
    expect(found('a.md', `See \`${path}\`.`)).toEqual([path])
    expect(found('commands/a.ts', `\n// See \`${path}\`.`)).toEqual([path])
  })

  it.each([
    'commands/http/api.ts',
    'commands/http/',
    'commands/*/api.ts',
    'api.ts',
    'http/api.ts',
    'domain/invoice/invoice.ts',
    'test/{kit,unit}/until.ts',
    '/uploads/{id}',
    'application/json',
    '@aws-sdk/client-s3',
    'https://example.com/a.ts',
    'npm run new aggregate NAME',
    '.annals/data',
  ])('that exists, or that is no path, is not found: %s', (path) => {
    expect(found('a.md', `See \`${path}\`.`)).toEqual([])
    expect(found('commands/a.ts', `// See \`${path}\`.`)).toEqual([])
  })

  it('is checked in a block of code, if it is a whole one', () => {
    expect(found('a.md', '```sh\nnode test/kit/gone.ts api/none\n```')).toEqual(['test/kit/gone.ts'])
  })

  it.each([
    ['docs/guide.md', 0],
    ['docs/guide.md#a-guide-of-two', 0],
    ['docs/guide.md#another', 1],
    ['docs', 0],
    ['docs/gone.md', 1],
    ['https://example.com/gone.md', 0],
    ['mailto:a@example.com', 0],
  ])('in a link leads to a file and a heading: %s', (link, count) => {
    expect(found('a.md', `[a](${link})`)).toHaveLength(count)
  })
})

describe('a test', () => {
  it('is in one lane', () => {
    const sources = sourcesOf({
      'test/kit/a.test.ts': '',
      'test/domain/user/user.test.ts': '',
      'test/infra/a.test.ts': '',
    })
    expect(places(laneFindings(sources))).toEqual(['test/kit/a.test.ts:1 test/kit/a.test.ts'])
  })

  it('of the lane unit starts nothing, through any chain', () => {
    const code = { 'test/kit/b.ts': "import 'node:child_process'" }
    const found = (file: string) => laneFindings(sourcesOf({ ...code, [file]: "import '../kit/b.ts'" }))
    expect(found('test/domain/a.test.ts')[0]?.advice).toContain('test/kit/b.ts -> node:child_process')
    expect(found('test/domain/dynamo-a.test.ts')).toEqual([])
  })
})

describe('a pending entry', () => {
  const finding = {
    file: 'commands/a.ts',
    line: 3,
    rule: 'cycle',
    subject: 'commands/b.ts',
    advice: 'is in a cycle',
  }
  const entry = { rule: 'cycle', file: 'commands/*', subject: '**', reason: 'It is being removed.' }

  it('lets a fault pass, and nothing else', () => {
    expect(isPending([entry], finding)).toBe(true)
    expect(isPending([{ ...entry, rule: 'zone' }], finding)).toBe(false)
    expect(isPending([{ ...entry, file: 'domain/*' }], finding)).toBe(false)
    expect(isPending([{ ...entry, subject: 'commands/c.ts' }], finding)).toBe(false)
  })

  it('is reported when nothing needs it', () => {
    expect(needlessPending([entry], [finding])).toEqual([])
    expect(needlessPending([entry], [])[0]).toContain('[cycle] commands/* ** is done: delete its entry')
  })

  it('is one line in the failure of a test, like any finding', () => {
    expect(describeFindings([finding])).toEqual(['commands/a.ts:3  [cycle] is in a cycle'])
  })
})

describe('a range of Node versions', () => {
  it.each([
    ['>=20.19', '20.19.0', true],
    ['>=20.19', '20.18.3', false],
    ['>= 20', '20.19.0', true],
    ['>=22', '20.19.0', false],
    ['^20.19.0 || >=22.12.0', '20.19.0', true],
    ['^20.19.0 || >=22.12.0', '21.0.0', false],
    ['^20.19.0 || >=22.12.0', '24.1.0', true],
    ['^8.16.0 || ^10.6.0 || >=11.0.0', '20.19.0', true],
    ['20 || >=22', '20.19.0', true],
    ['18 || 22', '20.19.0', false],
    ['4.x || >=6.0.0', '20.19.0', true],
    ['4.x || 6.*', '20.19.0', false],
    ['>=18 <20', '20.19.0', false],
    ['>=18 <21', '20.19.0', true],
    ['>18', '20.19.0', true],
    ['>20', '20.19.0', false],
    ['>20.19.0', '20.19.0', false],
    ['<=20', '20.19.0', true],
    ['<=20.18', '20.19.0', false],
    ['~20.19', '20.19.5', true],
    ['~20.18', '20.19.0', false],
    ['^0.2.3', '0.2.9', true],
    ['^0.2.3', '0.3.0', false],
    ['*', '20.19.0', true],
    ['', '20.19.0', true],
    ['v20.19.0', '20.19.0', true],
  ])('%s accepts %s: %s', (range, version, accepted) => {
    expect(acceptsNode(range, version)).toBe(accepted)
  })

  it('that this check does not know is an error', () => {
    expect(() => acceptsNode('>=20 - 22', '20.19.0')).toThrow('is not a comparator')
    expect(() => acceptsNode('lts', '20.19.0')).toThrow('is not a comparator')
  })
})
