import { type ChildProcess, execFileSync } from 'node:child_process'
import * as fs from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { endProcess, spawnBound } from '../../cloud/bound-process.ts'
import type { Log } from '../../gateway/aws-service.ts'
import { type EngineAddress, freeAddress } from './dynoxide-address.ts'
import { adviceOn } from './dynoxide-advice.ts'

/** The process of the embedded DynamoDB: a native server on one SQLite file. */
export interface Dynoxide {
  readonly endpoint: string
  /** Returns why it is down at the moment; `undefined` while it runs. */
  failure(): string | undefined
  close(): Promise<void>
}

/** The empty database that dynoxide.sql describes. */
const preparedFile = fileURLToPath(new URL('dynoxide.sqlite', import.meta.url))

const startWithinMs = 10_000
/**
 * An engine that stops is restarted at once up to `atOnce` times within `withinMs`, and after that with growing
 * waits.
 */
const restarts = { atOnce: 5, withinMs: 10_000, firstWaitMs: 200, longestWaitMs: 10_000 }

/**
 * Starts the engine on the data folder's file, which it creates if there is none. The engine dies with this process,
 * is started again on the same port whenever it stops, and is the only one on its file.
 *
 * @throws Error of one line: no binary for this platform, a folder in use, or a file that cannot be used.
 */
export async function startDynoxide({ dataDir, log }: { dataDir: string; log: Log }): Promise<Dynoxide> {
  const binary = findBinary()
  const file = resolve(dataDir, 'dynamodb.sqlite')
  const pidFile = resolve(dataDir, 'dynamodb.pid')
  fs.mkdirSync(dataDir, { recursive: true, mode: 0o700 })
  await claim(pidFile, file)
  const release = () => fs.rmSync(pidFile, { force: true })
  try {
    prepareFile(file)
    const { engine, address } = await launch(binary, file)
    return supervise({ engine, address, binary, file, pidFile, release, log })
  } catch (error) {
    release()
    throw error
  }
}

/** Creates the file if there is none. Like all files in the data folder, only its owner may read it. */
function prepareFile(file: string): void {
  try {
    if (!fs.existsSync(file)) {
      fs.copyFileSync(preparedFile, `${file}.new`)
      fs.chmodSync(`${file}.new`, 0o600)
      fs.renameSync(`${file}.new`, file)
    }
  } catch (error) {
    throw new Error(adviceOn(file, error instanceof Error ? error.message : String(error)))
  }
  try {
    const { mode } = fs.statSync(file)
    if ((mode & 0o077) !== 0) fs.chmodSync(file, mode & 0o700)
  } catch {
    // The file belongs to another user, or cannot be changed. The engine reports it if it cannot use the file.
  }
}

/** Restarts the engine whenever it stops, until the database is closed. */
function supervise(o: {
  readonly engine: Engine
  readonly address: EngineAddress
  readonly binary: string
  readonly file: string
  readonly pidFile: string
  readonly release: () => void
  readonly log: Log
}): Dynoxide {
  const closing = new AbortController()
  let { engine } = o
  let crashes: number[] = []
  let restarting = Promise.resolve()
  let failure: string | undefined
  watch()

  function watch(): void {
    writePids(o.pidFile, engine.child.pid ?? 0)
    engine.child.once('exit', (code, signal) => {
      if (closing.signal.aborted) return
      failure = `${signal ?? `exit code ${code}`}: ${engine.complaint()}`
      restarting = restart(failure)
    })
  }

  async function restart(reason: string): Promise<void> {
    const now = Date.now()
    crashes = [...crashes.filter((at) => at > now - restarts.withinMs), now]
    for (let attempt = crashes.length - restarts.atOnce; ; attempt = Math.max(attempt, 0) + 1) {
      await delay(waitBefore(attempt), undefined, closing).catch(() => undefined)
      if (closing.signal.aborted) return
      try {
        engine = await run(o.binary, o.file, o.address)
        failure = undefined
        o.log('dynamodb', `restarted after it stopped (${reason})`)
        return watch()
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error)
        if (why !== failure) o.log('dynamodb', `is down and will be restarted: ${why}`)
        failure = why
      }
    }
  }

  return {
    endpoint: `http://${o.address.host}:${o.address.port}`,
    failure: () => failure,
    async close() {
      closing.abort()
      await restarting
      await endProcess(engine.child)
      o.release()
    },
  }
}

/** Returns how long to wait before an attempt to start the engine. Attempts numbered 0 or less do not wait. */
function waitBefore(attempt: number): number {
  return attempt <= 0 ? 0 : Math.min(restarts.firstWaitMs * 2 ** (attempt - 1), restarts.longestWaitMs)
}

interface Engine {
  readonly child: ChildProcess
  /** Returns the last error that it wrote to its standard error. */
  complaint(): string
}

/** Runs the engine on a free address. Another process may take the address first, so several are tried. */
async function launch(binary: string, file: string): Promise<{ engine: Engine; address: EngineAddress }> {
  for (let attempt = 1; ; attempt++) {
    const address = await freeAddress()
    try {
      return { engine: await run(binary, file, address), address }
    } catch (error) {
      if (attempt === 5 || !/in use/i.test(String(error))) throw error
    }
  }
}

/** Runs the engine and waits until it listens, so that the process that answers on the port is known to be the engine. */
async function run(binary: string, file: string, { host, port }: EngineAddress): Promise<Engine> {
  const child = spawnBound(binary, ['serve', '--host', host, '--port', String(port), '--db-path', file])
  child.stdout?.resume()
  let written = ''
  const complaint = () => complaintIn(written)
  const patience = setTimeout(() => child.kill('SIGKILL'), startWithinMs)
  await new Promise<void>((listening, failed) => {
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      written = (written + text).slice(-4000)
      if (/listening on/i.test(written)) listening()
    })
    child.once('error', failed)
    // Its last output may arrive after its exit.
    child.once('close', () => failed(new Error(adviceOn(file, complaint()))))
  }).finally(() => clearTimeout(patience))
  return { child, complaint }
}

/** Returns the line of an error, or the line of a panic that describes the failure. */
function complaintIn(written: string): string {
  const lines = written.trim().split('\n')
  const error = lines.find((line) => line.startsWith('error: '))
  if (error !== undefined) return error.slice('error: '.length).split('.')[0] ?? ''
  const panic = lines.findIndex((line) => line.includes('panicked at '))
  return (panic >= 0 ? lines[panic + 1] : undefined) ?? written.trim()
}

/**
 * Makes this process the owner of the data file. Throws if another process owns it, and ends an engine without an
 * owner.
 */
async function claim(pidFile: string, file: string): Promise<void> {
  const inUse = (owner: number) =>
    new Error(
      `${dirname(file)} is in use by process ${owner}: stop that process, or choose another folder with ANNALS_DATA=…`,
    )
  if (fs.existsSync(pidFile)) {
    const [owner = 0, engine = 0] = fs.readFileSync(pidFile, 'utf8').split('\n').map(Number)
    const starting = engine === 0 && Date.now() - fs.statSync(pidFile).mtimeMs < startWithinMs
    if (isRunning(owner) && (starting || isEngineOf(engine, file))) throw inUse(owner)
    while (isEngineOf(engine, file)) {
      process.kill(engine, 'SIGKILL')
      await delay(10)
    }
    fs.rmSync(pidFile, { force: true })
  }
  try {
    fs.writeFileSync(pidFile, `${process.pid}\n0\n`, { flag: 'wx' })
  } catch (error) {
    const isThere = error instanceof Error && 'code' in error && error.code === 'EEXIST'
    if (!isThere) throw new Error(adviceOn(pidFile, error instanceof Error ? error.message : String(error)))
    throw inUse(Number(fs.readFileSync(pidFile, 'utf8').split('\n')[0]))
  }
}

function writePids(pidFile: string, engine: number): void {
  fs.writeFileSync(`${pidFile}.new`, `${process.pid}\n${engine}\n`)
  fs.renameSync(`${pidFile}.new`, pidFile)
}

function isRunning(pid: number): boolean {
  try {
    return pid > 0 && process.kill(pid, 0)
  } catch {
    return false
  }
}

/** Whether a process is the engine of this file. The system reuses process ids, so the command line decides. */
function isEngineOf(pid: number, file: string): boolean {
  if (!isRunning(pid) || process.platform === 'win32') return false
  try {
    const command = fs.existsSync(`/proc/${pid}/cmdline`)
      ? fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      : execFileSync('ps', ['-o', 'command=', '-p', String(pid)], { encoding: 'utf8' })
    return command.includes('dynoxide') && command.includes(file)
  } catch {
    return false
  }
}

function findBinary(): string {
  const name = `@dynoxide/${process.platform}-${process.arch}`
  try {
    const manifest = createRequire(import.meta.url).resolve(`${name}/package.json`)
    return join(dirname(manifest), process.platform === 'win32' ? 'dynoxide.exe' : 'dynoxide')
  } catch {
    throw new Error(
      `The embedded DynamoDB is not installed: no package ${name}. ` +
        'Set AWS_ENDPOINT_URL_DYNAMODB to the address of a DynamoDB of your own.',
    )
  }
}
