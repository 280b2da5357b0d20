import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { watchSources } from '../../../infra/cli/watch.ts'

let folder: string
let stop: () => void
const changes: (readonly string[])[] = []
const notices: string[] = []
const onNotice = (line: string) => void notices.push(line)
const watchFolders = (folders: readonly string[]) =>
  watchSources({ folders, onChange: async (files) => void changes.push(files), onNotice })
const write = (file: string) => writeFileSync(join(folder, file), '')

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'annals-watch-'))
  mkdirSync(join(folder, 'deep/deeper'), { recursive: true })
  changes.length = 0
  notices.length = 0
  stop = watchFolders([folder])
})

afterEach(() => {
  stop()
  rmSync(folder, { recursive: true })
})

/** Slow enough that every save counts as a separate change. */
const spaced = { timeout: 5_000, interval: 300 }
const seen = () => changes.flat().map((file) => file.slice(folder.length + 1))

it('reports everything saved at once, at any depth, as one change', async () => {
  write('a.ts')
  write('deep/deeper/b.ts')
  write('deep/notes.md')
  await vi.waitFor(() => expect(seen().toSorted()).toEqual(['a.ts', 'deep/deeper/b.ts']))
  expect(changes).toHaveLength(1)
})

it('reports a file that an editor replaces, each time', async () => {
  for (const time of [1, 2, 3]) {
    write('a.ts.new')
    renameSync(join(folder, 'a.ts.new'), join(folder, 'a.ts'))
    await vi.waitFor(() => expect(changes).toHaveLength(time))
  }
})

it('reports files that are saved in a new folder', async () => {
  mkdirSync(join(folder, 'new'))
  await vi.waitFor(() => {
    write('new/c.ts')
    expect(seen()).toContain('new/c.ts')
  }, spaced)
})

it('reports one change after another', async () => {
  stop()
  let running = 0
  let most = 0
  let done = 0
  const onChange = async () => {
    most = Math.max(most, ++running)
    if (done === 0) write('b.ts')
    await new Promise((resolve) => setTimeout(resolve, 250))
    running--
    done++
  }
  stop = watchSources({ folders: [folder], onChange, onNotice })
  write('a.ts')
  await vi.waitFor(() => expect(done).toBe(2), { timeout: 5_000 })
  expect(most).toBe(1)
})

it('reports the files of a folder that is restored with its content, and keeps watching it', async () => {
  write('deep/deeper/b.ts')
  await vi.waitFor(() => expect(seen()).toContain('deep/deeper/b.ts'), spaced)
  for (let round = 0; round < 3; round++) {
    changes.length = 0
    rmSync(join(folder, 'deep'), { recursive: true })
    await vi.waitFor(() => expect(seen()).toContain('deep/deeper/b.ts'), spaced)
    changes.length = 0
    mkdirSync(join(folder, 'deep/deeper'), { recursive: true })
    write('deep/deeper/b.ts')
    await vi.waitFor(() => expect(seen()).toContain('deep/deeper/b.ts'), spaced)
    await new Promise((resolve) => setTimeout(resolve, 300))
    changes.length = 0
    write('deep/deeper/b.ts')
    await vi.waitFor(() => expect(seen()).toEqual(['deep/deeper/b.ts']), { timeout: 5_000 })
  }
})

it('continues to watch a folder that was removed and restored between two polls', async () => {
  rmSync(join(folder, 'deep'), { recursive: true })
  mkdirSync(join(folder, 'deep/deeper'), { recursive: true })
  await new Promise((resolve) => setTimeout(resolve, 300))
  changes.length = 0
  write('deep/deeper/b.ts')
  await vi.waitFor(() => expect(seen()).toEqual(['deep/deeper/b.ts']), { timeout: 5_000 })
})

it('reports a missing watched folder, and watches it again once it is back', async () => {
  stop()
  stop = watchFolders([join(folder, 'deep')])
  rmSync(join(folder, 'deep'), { recursive: true })
  await vi.waitFor(() =>
    expect(notices).toEqual([
      expect.stringMatching(/deep is missing\. It is watched again as soon as you restore it/),
    ]),
  )
  mkdirSync(join(folder, 'deep'))
  await vi.waitFor(() => expect(notices).toHaveLength(2))
  expect(notices[1]).toMatch(/deep is back and is watched again$/)
  changes.length = 0
  write('deep/c.ts')
  await vi.waitFor(() => expect(seen()).toContain('deep/c.ts'))
})

it('reports a folder that is moved away, and its files once it is back', async () => {
  write('deep/deeper/b.ts')
  await vi.waitFor(() => expect(seen()).toContain('deep/deeper/b.ts'), spaced)
  changes.length = 0
  renameSync(join(folder, 'deep'), `${folder}-moved`)
  await vi.waitFor(() => expect(seen()).toContain('deep'), spaced)
  renameSync(`${folder}-moved`, join(folder, 'deep'))
  await vi.waitFor(() => expect(seen()).toContain('deep/deeper/b.ts'), spaced)
})
