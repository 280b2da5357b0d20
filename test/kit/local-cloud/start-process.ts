import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { until } from '../until.ts'

const start = fileURLToPath(new URL('../../../infra/cli/start.ts', import.meta.url))
const root = fileURLToPath(new URL('../../..', import.meta.url))

export interface StartProcess {
  readonly child: ChildProcess
  /** Its output so far. */
  output(): string
  /** Resolves to the API's address once it is ready. Throws an Error with its output if it ends first. */
  ready(): Promise<string>
  /** Resolves to its exit code, or to the signal that ended it. */
  ended(): Promise<number | string>
}

/** Runs `npm start` itself, on free ports and with this data folder. */
export function runNpmStart(dataDir: string): StartProcess {
  return run('npm', ['start'], dataDir, {})
}

/** Starts the process that `npm start` starts, on free ports and with this data folder. */
export function runStart(
  dataDir: string,
  env: Record<string, string> = {},
  args: string[] = [],
): StartProcess {
  return run(process.execPath, ['--import', 'tsx', start, ...args], dataDir, env)
}

function run(program: string, args: string[], dataDir: string, env: Record<string, string>): StartProcess {
  const child = spawn(program, args, {
    cwd: root,
    env: { ...process.env, PORT: '0', AWS_PORT: '0', ANNALS_DATA: dataDir, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      output += text
    })
  }
  const ended = once(child, 'close').then(([code, signal]): number | string => code ?? signal)
  return {
    child,
    output: () => output,
    ended: () => ended,
    async ready() {
      const url = () => /^annals ready (http:\S+)$/m.exec(output)?.[1]
      const what = () => `the ready line in: ${output}`
      await until(() => url() !== undefined || child.exitCode !== null, { what, timeoutMs: 40_000 })
      if (url() === undefined) throw new Error(`it ended before it was ready: ${output}`)
      return url() ?? ''
    },
  }
}
