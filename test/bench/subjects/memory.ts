import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { copyRepository } from '../../kit/repository-copy.ts'
import { memoryOf, tellsMemory } from '../processes.ts'
import type { Bar, Row } from '../report.ts'
import type { Subject } from './subject.ts'

/** Every function contains this file, so saving it reloads them all. */
const saved = 'commands/aws/client.ts'
/** How long the processes are left alone before they are measured. */
const restMs = 3000
/** Maximum time of a start, a demo or a reload. */
const patienceMs = 120_000

const idleBar = 250
const usedBar = 700

/** The memory of `npm start` and all that it starts: idle, and while a developer works with it. */
export const memory: Subject = async ({ size: { demos } }) => {
  const measured: { what: string; processes: number; megabytes: number }[] = []
  if (tellsMemory) {
    const folder = mkdtempSync(join(tmpdir(), 'annals-memory-'))
    copyRepository(folder)
    const running = await start(folder)
    const measure = async (what: string) => {
      await delay(restMs)
      measured.push({ what, ...memoryOf(running.pid) })
    }
    try {
      await measure('idle after the first start')
      for (let n = 1; n <= demos; n++) {
        await running.reload(n)
        await running.demo()
        await measure(`after ${n} demos and ${n} reloads`)
      }
      await running.reload(demos + 1)
      await measure(`after ${demos} demos and ${demos + 1} reloads`)
    } finally {
      await running.close()
      rmSync(folder, { recursive: true, maxRetries: 5 })
    }
  }
  const rows: Row[] = measured.map(({ what, processes, megabytes }) => ({
    what,
    contestant: 'annals',
    figures: [megabytes, processes],
  }))
  const table = {
    title: 'Memory of the local cloud',
    about:
      'The proportional set size of all processes of `npm start`, three seconds after the step. A reload restarts every function. A function keeps its processes for five minutes after its last work. Measured on Linux only.',
    columns: [{ name: 'MB' }, { name: 'processes' }],
    rows,
  }
  const [idle, ...used] = measured.map(({ megabytes }) => megabytes)
  return {
    table,
    bars: [
      barOf('memory of the local cloud, idle after the start', idleBar, idle),
      barOf(
        `the same, the maximum during ${demos} demos and ${demos + 1} reloads`,
        usedBar,
        Math.max(0, ...used),
      ),
    ],
  }
}

function barOf(what: string, most: number, megabytes: number | undefined): Bar {
  const bar = `${what}: ≤ ${most} MB`
  if (!megabytes) return { bar, measured: '', met: undefined, because: 'only Linux reports it' }
  return { bar, measured: `${Math.round(megabytes)} MB`, met: megabytes <= most }
}

/** Starts the local cloud of a copy of the repository. */
async function start(folder: string) {
  const run = (...args: readonly string[]) =>
    spawn(process.execPath, ['--import', 'tsx', ...args], {
      cwd: folder,
      env: { ...process.env, PORT: '0', AWS_PORT: '0', ANNALS_DATA: join(folder, '.annals') },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
  const child = run('infra/cli/start.ts')
  const lines = linesOf(child)
  const [, apiUrl = ''] = await lines.find(/^annals ready (http:\S+)$/)
  return {
    pid: child.pid ?? 0,
    async demo() {
      const demo = run('test/demo/demo.ts', '--api', apiUrl)
      demo.stdout.resume()
      const [code] = await once(demo, 'exit')
      if (code !== 0) throw new Error(`the demo ended with ${code}: see the lines above`)
    },
    async reload(n: number) {
      const reloaded = lines.find(/ reload +Reloaded /)
      appendFileSync(join(folder, saved), `\nObject.assign(globalThis, { reload: ${n} })\n`)
      await reloaded
    },
    async close() {
      const ended = once(child, 'exit')
      child.kill('SIGINT')
      await ended
    },
  }
}

/** The lines that a process prints from now on. */
function linesOf({ stdout }: ChildProcess) {
  if (stdout === null) throw new Error('the output of the process is not piped')
  const lines = createInterface({ input: stdout })
  return {
    /** The first line from now on that matches. Throws if none comes in time. */
    async find(pattern: RegExp): Promise<RegExpExecArray> {
      return new Promise((resolve, reject) => {
        const look = (line: string) => {
          const found = pattern.exec(line)
          if (found) end(() => resolve(found))
        }
        const end = (settle: () => void) => {
          clearTimeout(timer)
          lines.off('line', look)
          settle()
        }
        const timer = setTimeout(
          () => end(() => reject(new Error(`no line matches ${pattern} in time`))),
          patienceMs,
        )
        lines.on('line', look)
      })
    },
  }
}
