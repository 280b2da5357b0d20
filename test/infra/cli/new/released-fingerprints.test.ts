import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { projectionsFile } from '../../../kit/folds/write-fingerprints.ts'
import { copyTree, type TreeCopy } from './tree-copy.ts'

let copy: TreeCopy
beforeAll(() => {
  copy = copyTree()
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=test', '-c', 'user.email=test@example.com', ...args], {
      cwd: copy.root,
      stdio: 'ignore',
    })
  git('init')
  git('add', projectionsFile)
  git('commit', '-m', 'Release')
})
afterAll(() => copy.remove())

/** Lets a read model show no time of creation. */
function change(file: string): void {
  const source = readFileSync(join(copy.root, file), 'utf8')
  const changed = source.replaceAll('createdAt: event.at', "createdAt: ''")
  expect(changed).not.toBe(source)
  writeFileSync(join(copy.root, file), changed)
}

it('npm run folds refuses to change a committed read model, and writes one that is not committed', async () => {
  const folds = (...args: string[]) => copy.node('--import', 'tsx', 'test/kit/write-folds.ts', ...args)
  expect(await folds()).toEqual({ code: 0, output: 'No fingerprint changed.\n' })

  expect(await copy.run('aggregate', 'zebra')).toMatchObject({ code: 0 })
  change('projections/zebra/v1/projection.ts')
  expect(await folds()).toMatchObject({
    code: 0,
    output: expect.stringMatching(/^changed {2}zebras\.v1 \w+ to \w+\n$/),
  })

  change('projections/user/v1/projection.ts')
  const before = copy.files()
  expect(await folds()).toMatchObject({
    code: 1,
    output: expect.stringContaining('npm run folds -- users-v1'),
  })
  expect(copy.files()).toEqual(before)
  expect(await folds('users-v1')).toMatchObject({
    code: 0,
    output: expect.stringMatching(/^changed {2}users\.v1/),
  })
}, 120_000)
