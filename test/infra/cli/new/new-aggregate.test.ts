import { execFile } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newAggregate } from '../../../../infra/cli/new/aggregate.ts'
import { apply } from '../../../../infra/cli/new/change.ts'
import { namesOf, takenBy } from '../../../../infra/cli/new/names.ts'

// No feature uses these names, so the test holds for any domain.
const oneWord = 'zebra'
const twoWords = 'zebra-crossing'

const folders = ['domain', 'commands', 'projections', 'infra/cli/new', 'test/domain', 'test/fixtures']
const others = [
  'test/kit',
  'test/properties',
  'test/projections',
  'test/simulation',
  // The tests of the ports need these faults.
  'infra/local',
  'package.json',
  'tsconfig.json',
  'biome.json',
  '.gitignore',
]

/** The folder with a copy of the files that the generator reads and writes. */
let root = ''
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'annals-new-'))
  for (const path of [...folders, ...others]) cpSync(resolve(path), join(root, path), { recursive: true })
  symlinkSync(resolve('node_modules'), join(root, 'node_modules'))
})
afterAll(() => rmSync(root, { recursive: true }))

/** Runs a program in the copy, without the environment of this test run. */
function node(...program: string[]): Promise<{ code: unknown; output: string }> {
  const env = { PATH: process.env['PATH'] ?? '' }
  return new Promise((ended) => {
    execFile(process.execPath, program, { cwd: root, env }, (error, stdout, stderr) =>
      ended({ code: error === null ? 0 : error.code, output: `${stdout}${stderr}` }),
    )
  })
}

const run = (...args: string[]) => node('--import', 'tsx', 'infra/cli/new/new.ts', ...args)

const everything = () =>
  [...folders, 'test/kit', 'test/projections'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)),
  )

describe('npm run new', () => {
  it.each([
    [[], 'say what'],
    [['widget', oneWord], '"widget" is not known'],
    [['aggregate'], 'give one name'],
    [['aggregate', 'price', 'list'], 'give one name'],
    [['aggregate', 'user'], '"user" is taken by domain/user'],
    [['aggregate', 'kernel'], 'has a meaning in the engine'],
    [['aggregate', 'http'], '"http" is taken by commands/http'],
    [['aggregate', 'event-store'], '"event-store" is taken by commands/event-store'],
    [['aggregate', 'engine'], '"engine" is taken by projections/engine'],
    // The sample lists invoices without an aggregate of that name.
    ...(existsSync('domain/subscription') ? [[['aggregate', 'invoice'], '/me/invoices exists already']] : []),
  ])('writes nothing for %j, and explains that in one line', async (args, reason) => {
    const before = everything()
    const { code, output } = await run(...args)
    expect(code).toBe(1)
    expect(output).toMatch(/^Nothing was written: .*\n$/)
    expect(output).toContain(reason)
    expect(everything()).toEqual(before)
  })

  it('writes an aggregate that passes types, linter and tests unedited, with a name of one word and of two', async () => {
    for (const name of [oneWord, twoWords]) {
      const { code, output } = await run('aggregate', name)
      expect(code, output).toBe(0)
      expect(output).toContain(`domain/${name}/${name}.ts`)
      expect(output).toContain('Next: npm test')
    }
    // Leaves out the stack, which derives its routes and filters from the lists: checking its types takes most of the
    // time.
    const config = {
      extends: './tsconfig.json',
      include: [...folders, 'test/properties', `test/projections/${oneWord}*`],
    }
    writeFileSync(join(root, 'tsconfig.new.json'), JSON.stringify(config))
    const tests = [
      `test/projections/${oneWord}`,
      `test/domain/${oneWord}`,
      'event-fixtures',
      'public-events',
      'properties/decider',
    ]
    const [types, lint, tested] = await Promise.all([
      node('node_modules/typescript/bin/tsc', '--noEmit', '-p', 'tsconfig.new.json'),
      node(
        'node_modules/@biomejs/biome/bin/biome',
        'check',
        '--error-on-warnings',
        ...folders,
        'test/kit',
        'test/projections',
      ),
      node('node_modules/vitest/vitest.mjs', 'run', '--maxWorkers=1', ...tests),
    ])
    for (const { code, output } of [types, lint, tested]) expect(code, output).toBe(0)
    for (const name of [oneWord, twoWords]) {
      expect(tested.output).toContain(`test/domain/${name}/${name}.test.ts`)
      expect(tested.output).toContain(`test/projections/${name}/${name}.test.ts`)
    }
    // The catalogue of events is also up to date.
    expect(tested.output).toContain('test/projections/publishing/public-events.test.ts')
  }, 60_000)
})

describe('a new aggregate', () => {
  const change = newAggregate(namesOf('quokka'))

  it('overwrites nothing', async () => {
    const path = join(root, 'commands/quokka/handlers.ts')
    mkdirSync(join(root, 'commands/quokka'))
    writeFileSync(path, 'mine')
    const before = everything()
    await expect(apply(change, root)).rejects.toThrow('commands/quokka/handlers.ts is there already')
    expect(everything()).toEqual(before)
    expect(readFileSync(path, 'utf8')).toBe('mine')
    rmSync(join(root, 'commands/quokka'), { recursive: true })
  })

  it('leaves nothing behind if a list is not found, and names the file', async () => {
    const path = join(root, 'projections/versions.ts')
    const source = readFileSync(path, 'utf8')
    writeFileSync(path, source.replace('export const versions =', 'export const builds ='))
    const before = everything()
    await expect(apply(change, root)).rejects.toThrow('projections/versions.ts has no list')
    expect(everything()).toEqual(before)
    writeFileSync(path, source)
  })

  it('removes the files that it has written if it cannot continue', async () => {
    const path = join(root, 'projections/quokka')
    writeFileSync(path, 'a file instead of a folder')
    const contract = readFileSync(join(root, 'commands/contract.ts'), 'utf8')
    const before = everything()
    await expect(apply(change, root)).rejects.toThrow('projections/quokka')
    expect(everything()).toEqual(before)
    expect(readFileSync(join(root, 'commands/contract.ts'), 'utf8')).toBe(contract)
    rmSync(path)
  })

  it.each([
    ['', 'is no name'],
    ['Invoice', 'is no name'],
    ['price_list', 'is no name'],
    ['price--list', 'is no name'],
    ['2nd-price', 'is no name'],
    ['../domain', 'is no name'],
    ['a'.repeat(41), 'is too long'],
    ['invoices', 'such as invoice'],
    ['price-lists', 'such as price-list'],
    ['companies', 'such as company'],
    ['boxes', 'such as box'],
    ['case', 'such as my-case'],
    ['event', 'has a meaning in the engine'],
  ])('cannot be named %j', (name, reason) => {
    expect(() => namesOf(name)).toThrow(reason)
  })

  it.each([
    ['invoice', 'Invoice', 'invoices', 'an invoice'],
    ['price-list', 'PriceList', 'price-lists', 'a price list'],
    ['company', 'Company', 'companies', 'a company'],
    ['day', 'Day', 'days', 'a day'],
    ['address', 'Address', 'addresses', 'an address'],
    ['status', 'Status', 'statuses', 'a status'],
  ])('may be named %s', (name, pascal, many, a) => {
    expect(namesOf(name)).toMatchObject({ one: { kebab: name, pascal }, many: { kebab: many }, a })
  })

  it('refuses a name that shares a derived name with one in use', () => {
    const existing = ['kernel', 'user', 'calendar-event']
    for (const name of ['user', 'user-command', 'user-event', 'calendar'])
      expect(takenBy(name, existing)).toBeDefined()
    expect(takenBy('user-group', existing)).toBeUndefined()
  })
})
