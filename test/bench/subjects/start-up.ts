import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { spreadOf } from '../measure.ts'
import { format } from '../report.ts'
import type { Subject } from './subject.ts'

const root = join(import.meta.dirname, '../../..')

/** Time from `npm start` to its ready line: after an installation, and once more. */
export const startUp: Subject = async ({ size }) => {
  const [first, again]: [number[], number[]] = [[], []]
  for (let n = 0; n < size.starts; n++) {
    const folder = mkdtempSync(join(tmpdir(), 'annals-start-'))
    mkdirSync(join(folder, 'tmp'))
    for (const made of ['dist', 'cdk.out']) rmSync(join(root, made), { recursive: true, force: true })
    first.push(await secondsToReady(folder))
    again.push(await secondsToReady(folder))
    rmSync(folder, { recursive: true, maxRetries: 5 })
  }

  const rows = [
    { what: 'npm start, first', contestant: 'annals', figures: [spreadOf(first)] },
    { what: 'npm start, again', contestant: 'annals', figures: [spreadOf(again)] },
  ]
  const table = {
    title: 'Start of the local cloud',
    about:
      'A process of `npm start` until it prints that it is ready. The first start has no data, bundles, template or cache of translated sources. The files of the packages may already be in memory.',
    columns: [{ name: 's' }],
    rows,
  }
  const firstly = spreadOf(first)
  const afterwards = spreadOf(again)
  const bar = {
    bar: '`npm start` to ready, after install: first / again ≤ 12 s / ≤ 4 s',
    measured: `${format(firstly)} s / ${format(afterwards)} s`,
    met: firstly.median <= 12 && afterwards.median <= 4,
  }
  return { table, bars: [bar] }
}

async function secondsToReady(folder: string): Promise<number> {
  const began = performance.now()
  const child = spawn('npm', ['start'], {
    cwd: root,
    // `tsx` caches translated sources in the folder for temporary files.
    env: {
      ...process.env,
      PORT: '0',
      AWS_PORT: '0',
      ANNALS_DATA: join(folder, 'data'),
      TMPDIR: join(folder, 'tmp'),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  for await (const line of createInterface({ input: child.stdout })) {
    if (!line.startsWith('annals ready ')) continue
    const seconds = (performance.now() - began) / 1000
    child.stdout.resume()
    child.kill('SIGINT')
    await ended
    return seconds
  }
  throw new Error('npm start ended before it was ready: see the output above')
}
