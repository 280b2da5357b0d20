import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { Writable } from 'node:stream'

/**
 * Starts a process that does not outlive this one, even if this one is killed. Windows does that by itself for
 * children that are not detached. Elsewhere a shell, which becomes the program, leaves a reader of a pipe behind
 * that kills the program at the pipe's end; one line through the pipe says that there is nothing left to kill.
 * A process group of its own keeps a terminal's ctrl-c away from it until the local cloud closes it.
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

/** Asks a process to end, makes it after two seconds, and waits until it has. */
export async function endProcess(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGTERM')
  const hard = setTimeout(() => child.kill('SIGKILL'), 2000)
  await exited
  clearTimeout(hard)
}
