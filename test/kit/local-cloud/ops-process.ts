import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const ops = fileURLToPath(new URL('../../../infra/cli/ops/ops.ts', import.meta.url))
const root = fileURLToPath(new URL('../../..', import.meta.url))

export interface OpsProcess {
  stdout(): string
  stderr(): string
  interrupt(): void
  /** Resolves to its exit code, or the signal that ended it. */
  ended(): Promise<number | string>
}

/** Starts what `npm run ops` starts, on this data folder. */
export function startOps(
  dataDir: string,
  args: readonly string[],
  env: Record<string, string> = {},
): OpsProcess {
  const child = spawn(process.execPath, ['--import', 'tsx', ops, ...args], {
    cwd: root,
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

/** Runs it to its end. */
export async function runOps(dataDir: string, args: readonly string[], env: Record<string, string> = {}) {
  const started = startOps(dataDir, args, env)
  const code = await started.ended()
  return { code, stdout: started.stdout(), stderr: started.stderr() }
}
