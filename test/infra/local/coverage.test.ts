import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { coveragePage } from '../../../infra/local/coverage.ts'
import { providers } from '../../../infra/local/services/providers.ts'

const operations = providers.flatMap((provider) =>
  Object.entries(provider.operations).map(([operation, called]) => ({ operation, ...called })),
)

/** The calls that are not named after their operation: `TransactWriteItems` is `TransactWriteCommand` in lib-dynamodb. */
const otherCalls: Readonly<Record<string, string>> = {
  GetItem: 'new GetCommand(',
  BatchGetItem: 'new BatchGetCommand(',
  BatchWriteItem: 'new BatchWriteCommand(',
  PutItem: 'new PutCommand(',
  TransactWriteItems: 'new TransactWriteCommand(',
  DeleteItem: 'new DeleteCommand(',
  // Powertools writes the items.
  UpdateItem: 'new DynamoDBPersistenceLayer(',
  PostObject: 'createPresignedPost(',
  // A browser sends it by itself.
  Preflight: "'access-control-request-method'",
}

describe('docs/local-cloud.md', () => {
  it('is up to date: run `node --import tsx infra/local/write-coverage.ts` if this fails', () => {
    expect(readFileSync('docs/local-cloud.md', 'utf8')).toBe(coveragePage(providers))
  })

  it('lists every modelled resource type and operation once', () => {
    const cells = coveragePage(providers).match(/^\| `[^`]+`/gm) ?? []
    expect(cells).toHaveLength(new Set(cells).size)
    const types = providers.flatMap(({ resources }) => Object.keys(resources))
    expect(cells).toHaveLength(types.length + operations.length)
  })
})

describe.each(operations)('the operation $operation', ({ operation, caller, file, call }) => {
  it('names a caller, and the call that it makes', () => {
    expect(caller).not.toBe('')
    expect(call).toBe(otherCalls[operation] ?? `new ${operation}Command(`)
  })

  it(`is called in ${file}`, () => {
    expect(existsSync(file)).toBe(true)
    // A table of operations is no caller, and neither is an import.
    expect(file).not.toMatch(/^infra\/local\//)
    const code = readFileSync(file, 'utf8').replace(/^import [^;]*? from .*$/gm, '')
    expect(code).toContain(call)
  })
})

describe('the providers', () => {
  it('model no resource type twice', () => {
    const types = providers.flatMap(({ resources }) => Object.keys(resources))
    expect(types).toHaveLength(new Set(types).size)
  })
})
