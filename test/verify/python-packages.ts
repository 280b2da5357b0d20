import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Skipped } from './skipped.ts'
import { isUnreachable } from './unreachable.ts'

const isWindows = process.platform === 'win32'
const python = isWindows ? 'python' : 'python3'

/** The part of a step's shell that the environment needs. */
export interface Tries {
  /** Returns what the command printed if it failed; `undefined` if it ended with 0. */
  try(
    program: string,
    args: readonly string[],
    command: { readonly folder: string },
  ): Promise<string | undefined>
}

/**
 * Installs packages of PyPI, such as `cfn-lint==1.58.0`, into a virtual environment of their own, unless an earlier run
 * has. Returns the folder of its programs.
 *
 * @throws Skipped if there is no Python of 3.10 or later, or if no package index can be reached.
 */
export async function pythonWith(
  packages: readonly string[],
  { shell, root }: { readonly shell: Tries; readonly root: string },
): Promise<string> {
  const unpinned = packages.find((one) => !/^[\w.-]+==[\w.]+$/.test(one))
  if (unpinned !== undefined) throw new Error(`${unpinned} has no exact version: write NAME==VERSION.`)
  const folder = join(root, 'node_modules', '.cache', 'python', environmentName(packages))
  const programs = join(folder, isWindows ? 'Scripts' : 'bin')
  const installed = join(folder, 'installed')
  if (existsSync(installed)) return programs
  const tooOld = 'import sys; sys.exit(sys.version_info < (3, 10))'
  if ((await shell.try(python, ['-c', tooOld], { folder: root })) !== undefined)
    throw new Skipped('there is no Python of version 3.10 or later')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const withoutVenv = await shell.try(python, ['-m', 'venv', folder], { folder })
  if (withoutVenv !== undefined) throw new Skipped('Python has no module venv')
  const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages]
  const failure = await shell.try(join(programs, 'python'), install, { folder })
  if (failure !== undefined && isUnreachable(failure))
    throw new Skipped('the package index cannot be reached')
  if (failure !== undefined) throw new Error(`pip could not install ${packages.join(' ')}:\n${failure}`)
  writeFileSync(installed, '')
  return programs
}

/** The same packages always have the same environment. */
export function environmentName(packages: readonly string[]): string {
  return createHash('sha256')
    .update([...packages].toSorted().join())
    .digest('hex')
    .slice(0, 16)
}
