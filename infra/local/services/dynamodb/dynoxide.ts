import { type ChildProcess, execFileSync } from 'node:child_process'
import { once } from 'node:events'
import * as fs from 'node:fs'
import { createRequire } from 'node:module'
import { type AddressInfo, createServer } from 'node:net'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { endProcess, spawnBound } from '../../cloud/bound-process.ts'
import type { Log } from '../../gateway/aws-service.ts'

/** The process of the embedded DynamoDB: a native server on one SQLite file. */
export interface Dynoxide {
  readonly endpoint: string
  close(): Promise<void>
}

/** The empty database that dynoxide.sql describes. */
const preparedFile = fileURLToPath(new URL('dynoxide.sqlite', import.meta.url))

const startWithinMs = 10_000
const restarts = { atMost: 5, withinMs: 10_000 }

/**
 * Starts the engine on the data folder's file, which it creates if there is none. The engine dies with this
 * process, is started again on the same port when it aborts, and is the only one on its file.
 *
 * @throws Error in one line: no binary for this platform, a folder in use, or a file that cannot be read.
 */
export async function startDynoxide({ dataDir, log }: { dataDir: string; log: Log }): Promise<Dynoxide> {
  const binary = findBinary()
  const file = resolve(dataDir, 'dynamodb.sqlite')
  const pidFile = resolve(dataDir, 'dynamodb.pid')
  fs.mkdirSync(dataDir, { recursive: true })
  await claim(pidFile, file)
  if (!fs.existsSync(file)) {
    fs.copyFileSync(preparedFile, `${file}.new`)
    fs.renameSync(`${file}.new`, file)
  }

  let closing = false
  let crashes: number[] = []
  let restarting = Promise.resolve()
  let { engine, port } = await launch(binary, file).catch((error: unknown) => {
    fs.rmSync(pidFile, { force: true })
    throw error
  })
  supervise()

  function supervise(): void {
    writePids(pidFile, engine.child.pid ?? 0)
    engine.child.once('exit', (code, signal) => {
      if (!closing) restarting = restart(`${signal ?? `exit code ${code}`}: ${engine.complaint()}`)
    })
  }

  async function restart(reason: string): Promise<void> {
    crashes = [...crashes.filter((at) => at > Date.now() - restarts.withinMs), Date.now()]
    if (crashes.length > restarts.atMost) return log('dynamodb', `stopped, and stays stopped (${reason})`)
    try {
      engine = await run(binary, file, port)
      log('dynamodb', `started again after it stopped (${reason})`)
      supervise()
    } catch (error) {
      await restart(String(error))
    }
  }

  return {
    endpoint: `http://127.0.0.1:${port}`,
    async close() {
      closing = true
      await restarting
      await endProcess(engine.child)
      fs.rmSync(pidFile, { force: true })
    },
  }
}

interface Engine {
  readonly child: ChildProcess
  /** The last thing of note that it wrote to its standard error. */
  complaint(): string
}

/** Runs the engine on a free port; another process may take it first, so it is tried again on another. */
async function launch(binary: string, file: string): Promise<{ engine: Engine; port: number }> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort()
    try {
      return { engine: await run(binary, file, port), port }
    } catch (error) {
      if (attempt === 5 || !/in use/i.test(String(error))) throw error
    }
  }
}

/** Runs the engine and waits until it listens, so that the process that answers on the port is known to be the engine. */
async function run(binary: string, file: string, port: number): Promise<Engine> {
  const child = spawnBound(binary, ['serve', '--port', String(port), '--db-path', file])
  child.stdout?.resume()
  let written = ''
  // The line of an error, or the one line of a panic's many that describes the failure.
  const complaint = () =>
    written.match(/(?<=^error: )[^.\n]*|(?<=panicked at .*\n).*/m)?.[0] ?? written.trim()
  const patience = setTimeout(() => child.kill('SIGKILL'), startWithinMs)
  await new Promise<void>((listening, failed) => {
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      written = (written + text).slice(-4000)
      if (/listening on/i.test(written)) listening()
    })
    child.once('error', failed)
    child.once('exit', () =>
      failed(new Error(`DynamoDB cannot open ${file}: ${complaint()}; move it away to start afresh`)),
    )
  }).finally(() => clearTimeout(patience))
  return { child, complaint }
}

/** Makes this process the owner of the data file: refuses if another is, and ends an engine without owner. */
async function claim(pidFile: string, file: string): Promise<void> {
  const inUse = (owner: number) =>
    new Error(
      `${dirname(file)} is in use by process ${owner}: stop that one, or choose another folder with ANNALS_DATA=…`,
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
  } catch {
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

/** A number in a file proves nothing, since the system gives numbers again: the command line does. */
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

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  // A TCP server that listens has an address of this form.
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
