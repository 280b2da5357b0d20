import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { add, type Counts, countsIn } from './counts.ts'

export const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'

/** Maximum time of one command of a step. */
const maximumMs = 20 * 60_000

export interface Command {
  readonly folder: string
  readonly env?: Readonly<Record<string, string>>
}

/** Runs the commands of one step, keeps their output and counts their tests. */
export interface Shell {
  /** Throws if the command does not end with 0. */
  run(program: string, args: readonly string[], command: Command): Promise<void>
  /** Runs a command that may fail. Returns what it printed if it failed; `undefined` if it ended with 0. */
  try(program: string, args: readonly string[], command: Command): Promise<string | undefined>
  /** Makes a folder outside the repository that `close` removes. */
  temporaryFolder(): string
  output(): string
  counts(): Counts
  close(): void
}

export function openShell({ show }: { readonly show: boolean }): Shell {
  const folders: string[] = []
  let output = ''
  let counts: Counts = { passed: 0, failed: 0 }
  let running: ChildProcess | undefined
  const close = () => {
    if (running !== undefined) killGroup(running)
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  const interrupted = () => {
    close()
    process.exit(130)
  }
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const
  for (const signal of signals) process.once(signal, interrupted)
  /** Returns what the command printed, and its exit code; no code if it was killed or could not start. */
  async function execute(program: string, args: readonly string[], { folder, env }: Command) {
    const child = spawn(program, args, {
      cwd: folder,
      detached: process.platform !== 'win32',
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    running = child
    let printed = ''
    child.once('error', (error) => {
      printed += `${error.message}\n`
    })
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (data: Buffer) => {
        printed += data
        if (show) process.stdout.write(data)
      })
    const timer = setTimeout(() => killGroup(child), maximumMs)
    const code = await new Promise<number | null>((ended) => child.once('close', ended))
    clearTimeout(timer)
    running = undefined
    output += printed
    return { printed, code }
  }

  return {
    async run(program, args, command) {
      const { printed, code } = await execute(program, args, command)
      counts = add(counts, countsIn(printed, code === 0))
      if (code !== 0)
        throw new Error(`${[program, ...args].join(' ')} ended with ${code} in ${command.folder}`)
    },
    async try(program, args, command) {
      const { printed, code } = await execute(program, args, command)
      return code === 0 ? undefined : printed
    },
    temporaryFolder() {
      const folder = mkdtempSync(join(tmpdir(), 'annals-verify-'))
      folders.push(folder)
      return folder
    },
    output: () => output,
    counts: () => counts,
    close() {
      close()
      for (const signal of signals) process.removeListener(signal, interrupted)
    },
  }
}

/** Ends a command with everything that it started. */
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  if (process.platform === 'win32') child.kill()
  else process.kill(-child.pid, 'SIGKILL')
}
