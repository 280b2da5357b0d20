import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Skipped } from './skipped.ts'
import { isUnreachable } from './unreachable.ts'

const isWindows = process.platform === 'win32'
const python = isWindows ? 'python' : 'python3'

/** The part of a step's shell that Python needs. */
export interface CommandRunner {
  /** Throws if the command does not end with 0. */
  run(program: string, args: readonly string[], command: { readonly folder: string }): Promise<void>
  /** Everything that the commands printed so far. */
  output(): string
}

/**
 * Installs packages of PyPI, such as `cfn-lint==1.58.0`, into a virtual environment of their own, unless an earlier run
 * has. Returns the folder of its programs.
 *
 * @throws Skipped if Python is not installed, or if no package index can be reached.
 */
export async function pythonWith(
  packages: readonly string[],
  { shell, root }: { readonly shell: CommandRunner; readonly root: string },
): Promise<string> {
  const unpinned = packages.find((one) => !/^[\w.-]+==[\w.]+$/.test(one))
  if (unpinned !== undefined) throw new Error(`${unpinned} has no exact version: write NAME==VERSION.`)
  const folder = join(root, 'node_modules', '.cache', 'python', environmentName(packages))
  const programs = join(folder, isWindows ? 'Scripts' : 'bin')
  const installed = join(folder, 'installed')
  if (existsSync(installed)) return programs
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  await shell.run(python, ['-m', 'venv', folder], { folder }).catch(() => {
    throw new Skipped('Python 3 is not installed')
  })
  const install = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages]
  await shell.run(join(programs, 'python'), install, { folder }).catch((error: unknown) => {
    throw isUnreachable(shell.output()) ? new Skipped('the package index cannot be reached') : error
  })
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
