import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { Writable } from 'node:stream'

/**
 * Starts a process that does not outlive this one, even if this one is killed. Windows does that by itself for children
 * that are not detached. Elsewhere, a shell starts a watcher and then becomes the program. The watcher reads from a
 * pipe, and kills the program when the pipe ends. A line through the pipe tells the watcher that the program has
 * exited. The program has a process group of its own, so a ctrl-c in the terminal does not reach it before the local
 * cloud closes it.
 */
export function spawnBound(
  program: string,
  args: readonly string[],
  options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
): ChildProcess {
  if (process.platform === 'win32') {
    return spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
  }
  const script = '(read -r _ <&3 || kill -9 $$) >/dev/null 2>&1 & exec "$0" "$@" 3<&-'
  const child = spawn('/bin/sh', ['-c', script, program, ...args], {
    ...options,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    detached: true,
  })
  child.once('exit', () => {
    const leash = child.stdio[3]
    if (leash instanceof Writable) leash.on('error', () => {}).end('done\n')
  })
  return child
}

/** Asks a process to end, kills it after two seconds, and waits until it has exited. */
export async function endProcess(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  const hard = setTimeout(() => child.kill('SIGKILL'), 2000)
  await exited
  clearTimeout(hard)
}
