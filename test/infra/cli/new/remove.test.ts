import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createDynamoClient } from '../../../../commands/aws/dynamo-client.ts'
import { systemClock } from '../../../../commands/aws/system-clock.ts'
import { createDynamoCommitTable } from '../../../../commands/event-store/dynamo-commit-table.ts'
import { createEventStore } from '../../../../commands/event-store/event-store.ts'
import { newAggregate } from '../../../../infra/cli/new/aggregate.ts'
import { apply } from '../../../../infra/cli/new/change.ts'
import { namesOf } from '../../../../infra/cli/new/names.ts'
import { prunedDocument } from '../../../../infra/cli/new/remove/documents.ts'
import { planRemoval } from '../../../../infra/cli/new/remove/plan.ts'
import { removeFeatures } from '../../../../infra/cli/new/remove/remove.ts'
import { storedEvents } from '../../../../infra/cli/new/remove/stored-events.ts'
import { startDynamoDb } from '../../../../infra/local/index.ts'
import { newCommit } from '../../../kit/stores/commits.ts'

const nothingStored = async () => new Map<string, number>()

describe('a removal', () => {
  let root = ''
  const write = (files: Readonly<Record<string, string>>) => {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(join(root, dirname(file)), { recursive: true })
      writeFileSync(join(root, file), text)
    }
  }
  const files = () =>
    readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => join(parentPath, name).slice(root.length + 1))
      .toSorted()

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'annals-remove-'))
    for (const path of ['biome.json', '.gitignore']) cpSync(resolve(path), join(root, path))
    write({
      'domain/aggregates.ts': `import { owl } from './owl/owl.ts'\nimport { yak } from './yak/yak.ts'\n\nexport const aggregates = [owl, yak]\n`,
      'domain/kernel/stream.ts': 'export const stream = 1\n',
      'domain/owl/owl.ts': 'export const owl = 1\n',
      'domain/yak/yak.ts': 'export const yak = 1\n',
      'commands/functions/yak-api.ts': `import { yak } from '../../domain/yak/yak.ts'\nexport const handler = yak\n`,
      'commands/functions/yak-api.native.json': '[]',
      'commands/functions/api.ts': `import { aggregates } from '../../domain/aggregates.ts'\nexport const handler = aggregates\n`,
      'infra/stack/yak.ts': `export const addYak = (stack: unknown) => [stack, 'yak-api']\n`,
      'infra/stack/stack.ts': `import { addYak } from './yak.ts'\n\nexport function addStack(stack: unknown[]) {\n  stack.push('api')\n  addYak(stack)\n}\n`,
      'test/domain/yak/yak.test.ts': `import { yak } from '../../../domain/yak/yak.ts'\nexport const test = yak\n`,
      'test/fixtures/events/yak.json': '{}',
      'test/fixtures/events/owl.json': '{}',
      'docs/yaks.md': '<!-- feature: yak -->\n# Yaks\n<!-- end: yak -->\n',
      'docs/guarantees.md':
        '| promise | tests |\n| --- | --- |\n| all | `domain/owl/owl.ts`, `domain/yak/yak.ts` |\n| yaks | `domain/yak/yak.ts` |\n',
    })
  })
  afterEach(() => rmSync(root, { recursive: true }))

  it('removes a feature from every layer, list, entry point, test and document, and nothing else', async () => {
    const before = files()
    await removeFeatures(root, ['yak'], { force: false, stored: nothingStored })
    expect(before.filter((file) => !files().includes(file))).toEqual([
      'commands/functions/yak-api.native.json',
      'commands/functions/yak-api.ts',
      'docs/yaks.md',
      'domain/yak/yak.ts',
      'infra/stack/yak.ts',
      'test/domain/yak/yak.test.ts',
      'test/fixtures/events/yak.json',
    ])
    expect(existsSync(join(root, 'domain/yak'))).toBe(false)
    const read = (file: string) => readFileSync(join(root, file), 'utf8')
    expect(read('domain/aggregates.ts')).toBe(
      `import { owl } from './owl/owl.ts'\n\nexport const aggregates = [owl]\n`,
    )
    expect(read('infra/stack/stack.ts')).not.toContain('Yak')
    expect(read('infra/stack/stack.ts')).toContain("stack.push('api')")
    expect(read('docs/guarantees.md')).toBe(
      '| promise | tests |\n| --- | --- |\n| all | `domain/owl/owl.ts` |\n',
    )
  })

  it('is refused while another feature imports one of them, and names that feature and its file', () => {
    write({
      'commands/owl/handlers.ts': `import { yak } from '../../domain/yak/yak.ts'\nexport const owls = yak\n`,
    })
    expect(() => planRemoval(root, ['yak'])).toThrow(
      /^owl imports files that you remove[\s\S]*owl: commands\/owl\/handlers\.ts imports domain\/yak\/yak\.ts$/,
    )
    expect(planRemoval(root, ['yak', 'owl']).deleted).toContain('commands/owl/handlers.ts')
  })

  it('of an unknown feature is refused, and the error lists the features', () => {
    expect(() => planRemoval(root, ['kernel'])).toThrow('no feature kernel; the features are owl, yak')
  })

  it('is refused while events are stored that could no longer be read, unless it is forced', async () => {
    const stored = async () =>
      new Map([
        ['yak', 3],
        ['owl', 5],
      ])
    const before = files()
    await expect(removeFeatures(root, ['yak'], { force: false, stored })).rejects.toThrow('3 of yak')
    expect(files()).toEqual(before)
    await removeFeatures(root, ['yak'], { force: true, stored })
    expect(files()).not.toEqual(before)
  })

  it('changes nothing if shared code uses a feature outside a list', async () => {
    write({
      'commands/http/api.ts': `import { yak } from '../../domain/yak/yak.ts'\nexport class Api extends yak {}\n`,
    })
    const before = files()
    await expect(removeFeatures(root, ['yak'], { force: false, stored: nothingStored })).rejects.toThrow(
      'commands/http/api.ts:2 uses yak outside a list',
    )
    expect(files()).toEqual(before)
  })
})

describe('a document', () => {
  const deleted = new Set(['domain/yak/yak.ts', 'docs/yak.md'])

  it.each([
    ['a section between marks', 'a\n<!-- feature: yak -->\nyaks\n\n<!-- end: yak -->\nb\n', 'a\nb\n'],
    ['a row that names only deleted files', '| a | `domain/yak/yak.ts` |\n| b | c |\n', '| b | c |\n'],
    ['the deleted file of a row', '| a | `x/y.ts`, `domain/yak/yak.ts` |\n', '| a | `x/y.ts` |\n'],
    ['the first file of a row', '| a | `domain/yak/yak.ts`, `x/y.ts` |\n', '| a | `x/y.ts` |\n'],
  ])('loses %s', (_, before, after) => {
    expect(prunedDocument(before, ['yak'], deleted)).toBe(after)
  })

  it('keeps sections of other features, and prose', () => {
    const text = '<!-- feature: owl -->\nowls\n<!-- end: owl -->\nSee `domain/yak/yak.ts`.\n'
    expect(prunedDocument(text, ['yak'], deleted)).toBe(text)
  })
})

describe('a generated aggregate', () => {
  let root = ''
  beforeAll(() => {
    root = mkdtempSync(join(tmpdir(), 'annals-new-and-remove-'))
    for (const path of ['domain', 'commands', 'projections', 'test/kit', 'biome.json', '.gitignore'])
      cpSync(resolve(path), join(root, path), { recursive: true })
  })
  afterAll(() => rmSync(root, { recursive: true }))

  it('leaves every file unchanged after its removal', async () => {
    const read = () =>
      new Map(
        readdirSync(root, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map(({ parentPath, name }) => [
            join(parentPath, name),
            readFileSync(join(parentPath, name), 'utf8'),
          ]),
      )
    const before = read()
    await apply(newAggregate(namesOf('zebra-crossing')), root)
    expect(read()).not.toEqual(before)
    await removeFeatures(root, ['zebra-crossing'], { force: false, stored: nothingStored })
    expect(read()).toEqual(before)
  })
})

describe('stored events', () => {
  it('are counted by category in a data folder without a running local cloud', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'annals-stored-'))
    try {
      expect(await storedEvents(join(dataDir, 'none'))).toEqual(new Map())
      const region = 'us-east-1'
      const database = await startDynamoDb({ dataDir, region, allowRemote: false, log: () => {} })
      const credentials = { accessKeyId: 'developer', secretAccessKey: 'any' }
      const client = createDynamoClient({ endpoint: database.endpoint, region, credentials })
      const { name } = await database.createTable('EventStore1234', {
        BillingMode: 'PAY_PER_REQUEST',
        AttributeDefinitions: [
          { AttributeName: 'pk', AttributeType: 'S' },
          { AttributeName: 'sk', AttributeType: 'N' },
        ],
        KeySchema: [
          { AttributeName: 'pk', KeyType: 'HASH' },
          { AttributeName: 'sk', KeyType: 'RANGE' },
        ],
      })
      const store = createEventStore(createDynamoCommitTable(client, name), systemClock)
      const deadline = { left: () => 10_000 }
      for (const [stream, count] of [
        ['yak-1', 2],
        ['yak-2', 1],
        ['owl-1', 4],
      ] as const) {
        const { head } = await store.load(stream, deadline)
        await store.append(head, newCommit({ count }), deadline)
      }
      client.destroy()
      await database.close()
      expect(await storedEvents(dataDir)).toEqual(
        new Map([
          ['yak', 3],
          ['owl', 4],
        ]),
      )
    } finally {
      rmSync(dataDir, { recursive: true, maxRetries: 5 })
    }
  })
})
