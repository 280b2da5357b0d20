import { readdirSync, readFileSync } from 'node:fs'

/** Whether this system reports the proportional set size of a process. */
export const tellsMemory = process.platform === 'linux'

/**
 * The total proportional set size in MB of a process and of all processes that it started, and the number of processes.
 * Memory that processes share counts once.
 */
export function memoryOf(pid: number): { readonly processes: number; readonly megabytes: number } {
  const sizes = treeOf(pid).map(kilobytesOf)
  const kilobytes = sizes.reduce((sum, size) => sum + size, 0)
  return { processes: sizes.filter((size) => size > 0).length, megabytes: kilobytes / 1024 }
}

function treeOf(pid: number): number[] {
  return [pid, ...childrenOf(pid).flatMap(treeOf)]
}

/** Every thread of a process lists the processes that it started. */
function childrenOf(pid: number): number[] {
  const threads = orNone(() => readdirSync(`/proc/${pid}/task`)) ?? []
  return threads.flatMap((thread) => {
    const listed = orNone(() => readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8')) ?? ''
    return listed.split(' ').flatMap((child) => (child.trim() === '' ? [] : [Number(child)]))
  })
}

function kilobytesOf(pid: number): number {
  const rollup = orNone(() => readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')) ?? ''
  return Number(/^Pss: +(\d+) kB$/m.exec(rollup)?.[1] ?? 0)
}

/** A process may end at any time. */
function orNone<T>(read: () => T): T | undefined {
  try {
    return read()
  } catch {
    return undefined
  }
}
