import { printable } from '../printing.ts'
import type { FailedWork, TakenMessage, WorkQueue } from './failed-work.ts'
import { kindOf, type QueueKind } from './queue-kind.ts'

export interface FoundQueue {
  readonly work: FailedWork
  readonly queue: WorkQueue
  readonly kind: QueueKind
  readonly all: readonly WorkQueue[]
}

/** Finds a queue by its name. Throws an Error that lists the names if there is none. */
export async function findQueue(name: string, work: FailedWork): Promise<FoundQueue> {
  const all = await work.queues()
  const queue = all.find((one) => one.name === name)
  if (queue === undefined) {
    const names = all.map((one) => one.name).sort()
    throw new Error(`there is no queue ${printable(name)}: choose one of ${names.join(', ')}`)
  }
  return { work, queue, kind: kindOf(queue, all), all }
}

/** The same as `findQueue`, for a queue that an operator empties. Throws an Error for one that a function empties. */
export async function findFailures(name: string, work: FailedWork): Promise<FoundQueue> {
  const found = await findQueue(name, work)
  if (found.kind.isLive)
    throw new Error(`${name} has ${found.kind.meaning}. Leave its messages to it: ${found.kind.advice}.`)
  return found
}

/** One message of a queue by its id, or all. */
export type Choice = 'all' | { readonly id: string }

/**
 * Passes each chosen message of a queue on, once, and returns the results. Throws an Error if the message that was named
 * is not there.
 */
export async function eachChosen<Result>(
  { work, queue }: Pick<FoundQueue, 'work' | 'queue'>,
  choice: Choice,
  handle: (message: TakenMessage) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = []
  const seen = new Set<string>()
  await work.visit(queue, async (messages) => {
    const fresh = messages.filter(({ id }) => !seen.has(id))
    for (const { id } of fresh) seen.add(id)
    const chosen = fresh.filter(({ id }) => choice === 'all' || id === choice.id)
    results.push(...(await Promise.all(chosen.map(handle))))
    // A message that comes again was kept by this run.
    return fresh.length > 0 && (choice === 'all' || results.length === 0)
  })
  if (choice !== 'all' && results.length === 0)
    throw new Error(
      `${queue.name} has no message ${printable(choice.id)} now; another person may be working on it, so try again in a minute`,
    )
  return results
}

/** Reads the operands QUEUE and MESSAGE-ID, or QUEUE and `--all`. */
export function choiceOf(
  operands: readonly string[],
  all: boolean | undefined,
): { readonly name: string; readonly choice: Choice } {
  const [name, id, ...more] = operands
  if (name === undefined || more.length > 0) throw new Error('give one QUEUE, and a MESSAGE-ID or --all')
  if (all && id !== undefined) throw new Error('give a MESSAGE-ID or --all, not both')
  if (all) return { name, choice: 'all' }
  if (id === undefined) throw new Error('give a MESSAGE-ID, or --all for every message of the queue')
  return { name, choice: { id } }
}
