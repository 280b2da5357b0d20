import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { watchSources } from '../../../infra/cli/watch.ts'

let folder: string
let stop: () => void
const changes: (readonly string[])[] = []
const write = (file: string) => writeFileSync(join(folder, file), '')

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'annals-watch-'))
  mkdirSync(join(folder, 'deep/deeper'), { recursive: true })
  changes.length = 0
  stop = watchSources([folder], async (files) => void changes.push(files))
})

afterEach(() => {
  stop()
  rmSync(folder, { recursive: true })
})

/** Slow enough for what is saved each time to count as a change of its own. */
const spaced = { timeout: 5_000, interval: 300 }
const seen = () => changes.flat().map((file) => file.slice(folder.length + 1))

it('tells what was saved, whatever the depth, as one change', async () => {
  write('a.ts')
  write('deep/deeper/b.ts')
  write('deep/notes.md')
  await vi.waitFor(() => expect(seen().toSorted()).toEqual(['a.ts', 'deep/deeper/b.ts']))
  expect(changes).toHaveLength(1)
})

it('sees a file that an editor replaces, each time', async () => {
  for (const time of [1, 2, 3]) {
    write('a.ts.new')
    renameSync(join(folder, 'a.ts.new'), join(folder, 'a.ts'))
    await vi.waitFor(() => expect(changes).toHaveLength(time))
  }
})

it('sees what is saved in a folder that is new', async () => {
  mkdirSync(join(folder, 'new'))
  await vi.waitFor(() => {
    write('new/c.ts')
    expect(seen()).toContain('new/c.ts')
  }, spaced)
})

it('tells of one change after the other', async () => {
  stop()
  let running = 0
  let most = 0
  let done = 0
  stop = watchSources([folder], async () => {
    most = Math.max(most, ++running)
    if (done === 0) write('b.ts')
    await new Promise((resolve) => setTimeout(resolve, 250))
    running--
    done++
  })
  write('a.ts')
  await vi.waitFor(() => expect(done).toBe(2), { timeout: 5_000 })
  expect(most).toBe(1)
})
