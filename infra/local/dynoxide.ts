import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { type AddressInfo, createServer } from 'node:net'
import { dirname, join, resolve } from 'node:path'
import { Writable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { Log } from './service.ts'

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
 * Starts the engine on the data folder's file, which it makes where there is none. The engine dies with this
 * process, is started again on the same port when it aborts, and is the only one on its file.
 *
 * @throws Error in one line: no binary for this platform, a folder in use, or a file that cannot be read.
 */
export async function startDynoxide({ dataDir, log }: { dataDir: string; log: Log }): Promise<Dynoxide> {
  const binary = findBinary()
  const file = resolve(dataDir, 'dynamodb.sqlite')
  const pidFile = resolve(dataDir, 'dynamodb.pid')
  mkdirSync(dataDir, { recursive: true })
  await claim(pidFile, file)
  if (!existsSync(file)) {
    copyFileSync(preparedFile, `${file}.new`)
    renameSync(`${file}.new`, file)
  }

  let closing = false
  let crashes: number[] = []
  let { engine, port } = await launch(binary, file).catch((error: unknown) => {
    rmSync(pidFile, { force: true })
    throw error
  })
  supervise()

  function supervise(): void {
    writePids(pidFile, engine.child.pid ?? 0)
    engine.child.once('exit', (code, signal) => {
      if (!closing)
        void restart(`${signal ?? `exit code ${code}`}${engine.complaint() && `: ${engine.complaint()}`}`)
    })
  }

  async function restart(reason: string): Promise<void> {
    crashes = [...crashes.filter((at) => at > Date.now() - restarts.withinMs), Date.now()]
    if (crashes.length > restarts.atMost) return log('dynamodb', `stopped, and stays stopped (${reason})`)
    try {
      engine = await run(binary, file, port)
      if (closing) return void (await stop(engine.child))
      log('dynamodb', `started again after it stopped (${reason})`)
      supervise()
    } catch (error) {
      await restart(error instanceof Error ? error.message : String(error))
    }
  }

  return {
    endpoint: `http://127.0.0.1:${port}`,
    async close() {
      closing = true
      await stop(engine.child)
      rmSync(pidFile, { force: true })
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
      if (attempt === 5 || !/port .* in use/i.test(String(error))) throw error
    }
  }
}

/** Runs the engine and waits until it listens, so that who answers on the port is known to be it. */
async function run(binary: string, file: string, port: number): Promise<Engine> {
  const child = spawnBound(binary, [
    'serve',
    '--host',
    '127.0.0.1',
    '--port',
    String(port),
    '--db-path',
    file,
  ])
  let written = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    written = (written + text).slice(-4000)
  })
  const complaint = () =>
    written
      .split('\n')
      .filter((line) => line.trim() && !/^(note:|stack backtrace|thread |\s|Dynoxide listening)/i.test(line))
      .join(' ')
      .trim()
  await new Promise<void>((listening, failed) => {
    const patience = setTimeout(() => child.kill('SIGKILL'), startWithinMs)
    const look = () => {
      if (!/listening on/i.test(written)) return
      clearTimeout(patience)
      listening()
    }
    child.stderr?.on('data', look)
    child.once('error', failed)
    child.once('exit', () => {
      clearTimeout(patience)
      failed(
        new Error(
          `DynamoDB cannot open ${file}: ${complaint()}. Move the file away to start with an empty one.`,
        ),
      )
    })
  })
  return { child, complaint }
}

/**
 * Starts a process that does not outlive this one, even if this one is killed. Windows does that by itself for
 * children that are not detached. Elsewhere a shell, which becomes the engine, leaves a reader of a pipe behind
 * that kills the engine at the pipe's end; one line through the pipe says that there is nothing left to kill.
 * A process group of its own keeps a terminal's ctrl-c away from the engine until the stage closes it.
 */
function spawnBound(binary: string, args: readonly string[]): ChildProcess {
  if (process.platform === 'win32') return spawn(binary, args, { stdio: ['ignore', 'ignore', 'pipe'] })
  const script = '(read -r _ <&3 || kill -9 $$) >/dev/null 2>&1 & exec "$0" "$@" 3<&-'
  const child = spawn('/bin/sh', ['-c', script, binary, ...args], {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
    detached: true,
  })
  child.once('exit', () => {
    const leash = child.stdio[3]
    if (leash instanceof Writable) leash.on('error', () => {}).end('done\n')
  })
  return child
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  const hard = setTimeout(() => child.kill('SIGKILL'), 2000)
  await exited
  clearTimeout(hard)
}

/** Makes this process the owner of the data file: refuses if another is, and ends an engine without owner. */
async function claim(pidFile: string, file: string): Promise<void> {
  const inUse = (stage: number) => new Error(`${dirname(file)} is in use by process ${stage}`)
  if (existsSync(pidFile)) {
    const [stage = 0, engine = 0] = readFileSync(pidFile, 'utf8').split('\n').map(Number)
    const starting = engine === 0 && Date.now() - statSync(pidFile).mtimeMs < startWithinMs
    if (isRunning(stage) && (starting || isEngineOf(engine, file))) throw inUse(stage)
    while (isEngineOf(engine, file)) {
      process.kill(engine, 'SIGKILL')
      await delay(10)
    }
    rmSync(pidFile, { force: true })
  }
  try {
    writeFileSync(pidFile, `${process.pid}\n0\n`, { flag: 'wx' })
  } catch {
    throw inUse(Number(readFileSync(pidFile, 'utf8').split('\n')[0]))
  }
}

function writePids(pidFile: string, engine: number): void {
  writeFileSync(`${pidFile}.new`, `${process.pid}\n${engine}\n`)
  renameSync(`${pidFile}.new`, pidFile)
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
    const command = existsSync(`/proc/${pid}/cmdline`)
      ? readFileSync(`/proc/${pid}/cmdline`, 'utf8')
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
