import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { newAggregate } from '../../../../infra/cli/new/aggregate.ts'
import { apply } from '../../../../infra/cli/new/change.ts'
import { namesOf, takenBy } from '../../../../infra/cli/new/names.ts'
import { copyTree, type TreeCopy } from './tree-copy.ts'

let copy: TreeCopy
let root = ''
beforeAll(() => {
  copy = copyTree()
  root = copy.root
})
afterAll(() => copy.remove())

const run = (...args: string[]) => copy.run(...args)
const everything = () => copy.files()

describe('npm run new', () => {
  it.each([
    [[], 'nothing to write was named: choose one of aggregate, event, command'],
    [['widget', 'zebra'], '"widget" is not known'],
    [['aggregate'], 'aggregate takes one name: npm run new aggregate NAME'],
    [['aggregate', 'price', 'list'], 'takes one name'],
    [['event', 'user'], 'takes two names: npm run new event AGGREGATE NAME'],
    [['event', 'user', 'seen', '--mail'], 'event has no option --mail'],
    [['aggregate', 'user'], '"user" is taken by domain/user'],
    [['aggregate', 'kernel'], 'has a meaning in the engine'],
    [['aggregate', 'http'], '"http" is taken by commands/http'],
    [['aggregate', 'event-store'], '"event-store" is taken by commands/event-store'],
    [['aggregate', 'engine'], '"engine" is taken by projections/engine'],
    // The sample lists invoices without an aggregate of that name.
    ...(existsSync('domain/subscription') ? [[['aggregate', 'invoice'], '/me/invoices already exists']] : []),
  ])('writes nothing for %j, and says why in one line', async (args, reason) => {
    const before = everything()
    const { code, output } = await run(...args)
    expect(code).toBe(1)
    expect(output).toMatch(/^Nothing was written: .*\n$/)
    expect(output).toContain(reason)
    expect(everything()).toEqual(before)
  })
})

describe('a new aggregate', () => {
  const change = newAggregate(namesOf('quokka'))

  it('overwrites nothing', async () => {
    const path = join(root, 'commands/quokka/handlers.ts')
    mkdirSync(join(root, 'commands/quokka'))
    writeFileSync(path, 'mine')
    const before = everything()
    await expect(apply(change, root)).rejects.toThrow('commands/quokka/handlers.ts already exists')
    expect(everything()).toEqual(before)
    expect(readFileSync(path, 'utf8')).toBe('mine')
    rmSync(join(root, 'commands/quokka'), { recursive: true })
  })

  it('leaves nothing behind if a list is not found, and names the file', async () => {
    const path = join(root, 'projections/versions.ts')
    const source = readFileSync(path, 'utf8')
    writeFileSync(path, source.replace('export const versions =', 'export const builds ='))
    const before = everything()
    await expect(apply(change, root)).rejects.toThrow('projections/versions.ts has no list versions')
    expect(everything()).toEqual(before)
    writeFileSync(path, source)
  })

  it('restores every file if one cannot be written', async () => {
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
    ['', 'is not a name'],
    ['Invoice', 'is not a name'],
    ['price_list', 'is not a name'],
    ['price--list', 'is not a name'],
    ['2nd-price', 'is not a name'],
    ['../domain', 'is not a name'],
    ['a'.repeat(41), 'is too long'],
    ['invoices', 'such as invoice,'],
    ['price-lists', 'such as price-list,'],
    ['companies', 'such as company,'],
    ['people', 'such as person,'],
    ['boxes', 'such as box,'],
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
    ['sales-person', 'SalesPerson', 'sales-people', 'a sales person'],
    ['shelf', 'Shelf', 'shelves', 'a shelf'],
  ])('may be named %s', (name, pascal, many, a) => {
    expect(namesOf(name)).toMatchObject({ one: { kebab: name, pascal }, many: { kebab: many }, a })
  })

  it('has the plural that is given, even if its name looks like a plural', () => {
    expect(namesOf('octopus', 'octopodes')).toMatchObject({
      many: { kebab: 'octopodes', pascal: 'Octopodes' },
    })
    expect(namesOf('news', 'news-items')).toMatchObject({
      one: { kebab: 'news' },
      many: { kebab: 'news-items' },
    })
    expect(() => namesOf('news', 'News Items')).toThrow('"News Items" is not a name')
  })

  it('does not take a name from which one in use is made', () => {
    const existing = ['kernel', 'user', 'calendar-event']
    for (const name of ['user', 'user-command', 'user-event', 'calendar'])
      expect(takenBy(name, existing)).toBeDefined()
    expect(takenBy('user-group', existing)).toBeUndefined()
  })
})
