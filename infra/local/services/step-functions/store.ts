import { randomUUID } from 'node:crypto'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Journal, openJournal } from '../../storage/journal.ts'
import type { HistoryEvent } from './history.ts'
import type { Position, Positions } from './positions.ts'

/** A stored execution, without its history. Input and output are JSON; times are milliseconds since the epoch. */
export interface Execution {
  readonly arn: string
  readonly machineArn: string
  readonly name: string
  readonly status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED'
  readonly startedAt: number
  readonly input: string
  readonly stoppedAt?: number | undefined
  readonly output?: string | undefined
  readonly error?: string | undefined
  readonly cause?: string | undefined
  /** The name of its files. */
  readonly id: string
}

/**
 * Executions in journals under `folder`. One journal lists all executions, and each execution has a journal of its
 * history and one of its positions.
 */
export interface ExecutionStore {
  get(arn: string): Execution | undefined
  /** Returns all executions in the order in which they were started. */
  all(): readonly Execution[]
  /** Adds an execution. Once this returns, it survives `kill -9`. */
  add(execution: Omit<Execution, 'id'>): Execution
  history(execution: Execution): Journal<HistoryEvent>
  positions(execution: Execution): Positions
  /** Stores the end of an execution, and deletes the oldest ended executions beyond the number to keep. */
  end(execution: Execution): void
  remove(execution: Execution): void
}

export function openExecutions(folder: string, keep: number): ExecutionStore {
  const index = openJournal<Execution>(join(folder, 'executions.jsonl'))
  const fileOf = ({ id }: Execution, what: string) => join(folder, `${id}.${what}.jsonl`)

  function remove(execution: Execution): void {
    index.delete(execution.arn)
    for (const what of ['history', 'positions']) rmSync(fileOf(execution, what), { force: true })
  }

  return {
    get: (arn) => index.get(arn),
    all: () => [...index.values()],
    add(given) {
      const execution = { ...given, id: randomUUID() }
      index.set(given.arn, execution)
      return execution
    },
    history: (execution) => openJournal(fileOf(execution, 'history')),
    positions: (execution) => openPositions(fileOf(execution, 'positions')),
    end(execution) {
      index.set(execution.arn, execution)
      rmSync(fileOf(execution, 'positions'), { force: true })
      const ended = [...index.values()].filter(({ status }) => status !== 'RUNNING')
      for (const old of ended.slice(0, -keep)) remove(old)
    },
    remove,
  }
}

function openPositions(file: string): Positions {
  const journal = openJournal<Position>(file)
  return {
    get: (path) => journal.get(path),
    set: (path, position) => journal.set(path, position),
    forgetWithin(path) {
      for (const [inner] of [...journal.entries()]) if (inner.startsWith(`${path}/`)) journal.delete(inner)
    },
  }
}
