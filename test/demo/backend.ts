import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

export interface Backend {
  readonly apiUrl: string
  close(): Promise<void>
}

/** Starts the process that `npm start` starts, on free ports and with a temporary folder. */
export async function startBackend(): Promise<Backend> {
  const dataDir = mkdtempSync(join(tmpdir(), 'annals-demo-'))
  const child = spawn(process.execPath, ['--import', 'tsx', 'infra/cli/start.ts'], {
    env: { ...process.env, PORT: '0', AWS_PORT: '0', ANNALS_DATA: dataDir },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  const close = async () => {
    child.kill('SIGINT')
    await ended
    rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 })
  }
  process.once('SIGINT', () => close().then(() => process.exit(130)))
  for await (const line of createInterface({ input: child.stdout })) {
    const url = /^annals ready (http:\S+)$/.exec(line)?.[1]
    if (url === undefined) continue
    child.stdout.resume()
    return { apiUrl: url, close }
  }
  rmSync(dataDir, { recursive: true, force: true })
  throw new Error('the backend did not start: see the output above')
}
