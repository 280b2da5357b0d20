import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readUses, recordUses } from '../../../../infra/local/iam/use-record.ts'

const query = { holder: 'Reader', action: 'dynamodb:Query', resource: 'Rows', statement: 'ReaderPolicy.0' }
const put = { ...query, action: 'dynamodb:PutItem' }

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'annals-uses-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

describe('the record of uses', () => {
  it('contains each grant once for each local cloud, in one file per process', () => {
    const record = recordUses(folder)
    for (const grant of [query, put, query, query]) record?.(grant)
    recordUses(folder)?.(query)
    expect(readUses(folder)).toEqual([query, put, query])
    expect(readdirSync(folder)).toHaveLength(1)
  })

  it('is read although a process was killed in the middle of a line', () => {
    recordUses(folder)?.(query)
    const [file = ''] = readdirSync(folder)
    const half = readFileSync(join(folder, file), 'utf8').slice(0, 20)
    appendFileSync(join(folder, file), half)
    expect(readUses(folder)).toEqual([query])
  })

  it('is not kept without a folder', () => {
    expect(recordUses(undefined)).toBeUndefined()
    expect(recordUses('')).toBeUndefined()
    expect(readUses(join(folder, 'none'))).toEqual([])
  })
})
