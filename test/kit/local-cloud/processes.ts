import { execFileSync } from 'node:child_process'
import { until } from '../until.ts'

export interface Process {
  readonly pid: number
  readonly parent: number
  /** Its whole command line. */
  readonly command: string
}

/**
 * Every process that is not a zombie. A zombie has ended and waits only until its parent collects its
 * status.
 */
export function processes(): Process[] {
  const lines = execFileSync('ps', ['-A', '-ww', '-o', 'pid=,ppid=,stat=,args='], { encoding: 'utf8' })
  const fields = lines
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
  return fields.flatMap(([pid, parent, state, ...command]) =>
    state?.startsWith('Z') ? [] : [{ pid: Number(pid), parent: Number(parent), command: command.join(' ') }],
  )
}

/** The direct and indirect children of a process. */
export function childrenOf(pid: number | undefined, all = processes()): Process[] {
  const direct = all.filter(({ parent }) => parent === pid)
  return direct.flatMap((child) => [child, ...childrenOf(child.pid, all)])
}

/** Waits until none of these processes is running. */
export async function untilGone(gone: readonly Process[]): Promise<void> {
  const left = () => processes().filter(({ pid }) => gone.some((one) => one.pid === pid))
  await until(() => left().length === 0, { what: () => `${JSON.stringify(left())} to end`, timeoutMs: 3_000 })
}
