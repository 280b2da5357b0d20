import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readCallers } from '../../../infra/local/callers.ts'
import { coveragePage } from '../../../infra/local/coverage.ts'
import { providers } from '../../../infra/local/services/providers.ts'

const findCallers = readCallers()
const operations = providers.flatMap((provider) =>
  Object.entries(provider.operations).map(([operation, use]) => ({ operation, use })),
)

describe('docs/local-cloud.md', () => {
  it('is up to date: run `npm run local-cloud` if this fails', () => {
    expect(readFileSync('docs/local-cloud.md', 'utf8')).toBe(coveragePage(providers, findCallers))
  })

  it('lists every modelled resource type and operation once', () => {
    const cells = coveragePage(providers, findCallers).match(/^\| `[^`]+`/gm) ?? []
    expect(cells).toHaveLength(new Set(cells).size)
    const types = providers.flatMap(({ resources }) => Object.keys(resources))
    expect(cells).toHaveLength(types.length + operations.length)
  })
})

describe.each(operations)('the operation $operation', ({ operation, use }) => {
  it('has a file that calls it, or a tool with which people explore it', () => {
    expect([...findCallers(operation, use), ...(use.tool ? [use.tool] : [])]).not.toEqual([])
  })

  it('has a call in the code, if the table says what the code calls', () => {
    if (use.call !== undefined) expect(findCallers(operation, use)).not.toEqual([])
  })
})

describe('the callers of an operation', () => {
  it('are found by the text of the call, outside the local cloud', () => {
    expect(findCallers('GetParameter', {})).toEqual([])
    expect(findCallers('PutItem', { call: 'new PutCommand(' })).not.toEqual([])
    // Only infra/local contains this text.
    expect(findCallers('', { call: 'satisfies OperationTable' }).filter((file) => !isTest(file))).toEqual([])
  })
})

const isTest = (file: string) => file.startsWith('test/')

describe('the providers', () => {
  it('never model a resource type twice', () => {
    const types = providers.flatMap(({ resources }) => Object.keys(resources))
    expect(types).toHaveLength(new Set(types).size)
  })
})
