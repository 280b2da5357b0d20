import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { openJournal } from '../../../../infra/local/storage/journal.ts'

/** Whether the disk accepts only the first part of an append. */
const disk = vi.hoisted(() => ({ isFull: false }))

vi.mock('node:fs', async (load) => {
  const fs = await load<typeof import('node:fs')>()
  return {
    ...fs,
    appendFileSync(file: string, text: string, options: object) {
      if (!disk.isFull) return fs.appendFileSync(file, text, options)
      fs.appendFileSync(file, text.slice(0, 5), options)
      throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
    },
  }
})

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'annals-full-'))
})
afterEach(() => {
  disk.isFull = false
  rmSync(folder, { recursive: true })
})

it('a journal on a full disk names the file and the remedy, and continues once there is space', () => {
  const file = join(folder, 'journal.jsonl')
  const journal = openJournal<string>(file)
  journal.set('before', 'kept')
  disk.isFull = true
  expect(() => journal.set('lost', 'never acknowledged')).toThrow(
    `${file} cannot be written, the disk is full: free some space on it. Everything that was accepted earlier is kept.`,
  )
  expect([journal.get('lost'), readFileSync(file, 'utf8')]).toEqual([undefined, '["before","kept"]\n'])
  disk.isFull = false
  journal.set('after', 'kept')
  expect([...openJournal<string>(file).entries()]).toEqual([
    ['before', 'kept'],
    ['after', 'kept'],
  ])
})
