import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const program = 'infra/cli/ops/ops.ts'
const root = fileURLToPath(new URL('../../..', import.meta.url))

export interface OpsProcess {
  stdout(): string
  stderr(): string
  interrupt(): void
  /** Resolves to its exit code, or to the signal that ended it. */
  ended(): Promise<number | string>
}

/**
 * Starts the process that `npm run ops` starts, on this data folder, with the code of this checkout or
 * another.
 */
export function startOps(
  dataDir: string,
  args: readonly string[],
  env: Record<string, string> = {},
  checkout = root,
): OpsProcess {
  const child = spawn(process.execPath, ['--import', 'tsx', join(checkout, program), ...args], {
    cwd: checkout,
    env: { PATH: process.env['PATH'], ANNALS_DATA: dataDir, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const written = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      written[name] += text
    })
  }
  const ended = once(child, 'close').then(([code, signal]): number | string => code ?? signal)
  return {
    stdout: () => written.stdout,
    stderr: () => written.stderr,
    interrupt: () => void child.kill('SIGINT'),
    ended: () => ended,
  }
}

/** Runs it until it exits. */
export async function runOps(
  dataDir: string,
  args: readonly string[],
  env: Record<string, string> = {},
  checkout?: string,
) {
  const started = startOps(dataDir, args, env, checkout)
  const code = await started.ended()
  return { code, stdout: started.stdout(), stderr: started.stderr() }
}
