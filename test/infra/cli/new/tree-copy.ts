import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative, resolve } from 'node:path'
import { openRepository } from '../../../architecture/repository.ts'

export interface Ended {
  readonly code: unknown
  readonly output: string
}

/** A copy of the repository, outside it, with a link to the installed packages. */
export interface TreeCopy {
  readonly root: string
  /** Runs a program in the copy, without the environment of this run of the tests. */
  node(...program: string[]): Promise<Ended>
  /** Runs `npm run new`. */
  run(...args: string[]): Promise<Ended>
  /** The text of every file by its path. */
  files(): ReadonlyMap<string, string>
  remove(): void
}

export function copyTree(): TreeCopy {
  const root = mkdtempSync(join(tmpdir(), 'annals-new-'))
  for (const file of openRepository(resolve('.')).files) cpSync(resolve(file), join(root, file))
  symlinkSync(resolve('node_modules'), join(root, 'node_modules'), 'junction')
  const node = (...program: string[]): Promise<Ended> => {
    const env = { PATH: process.env['PATH'] ?? '' }
    return new Promise((ended) => {
      execFile(
        process.execPath,
        program,
        { cwd: root, env, maxBuffer: 100_000_000 },
        (error, stdout, stderr) =>
          ended({ code: error === null ? 0 : error.code, output: `${stdout}${stderr}` }),
      )
    })
  }
  return {
    root,
    node,
    run: (...args) => node('--import', 'tsx', 'infra/cli/new/new.ts', ...args),
    files: () => textsIn(root, root),
    remove: () => rmSync(root, { recursive: true, maxRetries: 5 }),
  }
}

/** Installed packages, bundles and caches are left out. */
function textsIn(folder: string, root: string): Map<string, string> {
  const texts = new Map<string, string>()
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory() && !['node_modules', 'cdk.out', '.build', '.git'].includes(entry.name))
      for (const [file, text] of textsIn(path, root)) texts.set(file, text)
    else if (entry.isFile()) texts.set(relative(root, path), readFileSync(path, 'utf8'))
  }
  return texts
}
