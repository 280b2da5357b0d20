import { backoff, type Clock } from '../domain/kernel/clock.ts'
import type { Aggregate, Command } from '../domain/kernel/decider.ts'
import { type Commit, type Event, lastVersion } from '../domain/kernel/event.ts'
import {
  addCost,
  type Cost,
  type Deadline,
  type EventStore,
  type NewCommit,
  noCost,
} from '../domain/kernel/event-store.ts'
import { Problem } from '../domain/kernel/problem.ts'
import { noReservations, type Reservations, reservationsBetween } from '../domain/kernel/reservation.ts'
import { parseStreamName, type StreamName } from '../domain/kernel/stream.ts'

/** One command on one stream, with the ids that make it repeatable. */
export interface Execution<C extends Command> {
  readonly stream: StreamName
  readonly command: C
  readonly commandId: string
  readonly digest: string
  /** The version that the client saw; another one is `version-mismatch`. */
  readonly expectedVersion?: number | undefined
  readonly correlationId: string
  readonly causationId: string
}

export interface Executed {
  /** Version of the stream as this command left it, or found it where it changed nothing. */
  readonly version: number
  readonly events: readonly { readonly type: string; readonly version: number }[]
  readonly cost: Cost
}

export interface ExecuteOptions {
  readonly store: EventStore
  readonly clock: Clock
  readonly deadline: Deadline
}

/**
 * Load, decide, append, and again from the start where another command came first: the one place where that
 * happens. The checks come in this order: the command id (a repeat gets its first answer), the expected
 * version, the decision, the keys that it takes. Throws what the decider throws, `key-reused`,
 * `version-mismatch`, `taken`, and `unavailable` past the deadline.
 */
export async function execute<State, C extends Command, E extends Event>(
  aggregate: Aggregate<State, C, E>,
  execution: Execution<C>,
  { store, clock, deadline }: ExecuteOptions,
): Promise<Executed> {
  const { stream, command, commandId, digest, expectedVersion, correlationId, causationId } = execution
  let cost = noCost

  for (let attempt = 0; ; attempt++) {
    const loaded = await store.load(stream, deadline)
    cost = addCost(cost, loaded.cost)
    const { commits, head } = loaded
    const earlier = commits.find((commit) => commit.commandId === commandId)
    if (earlier !== undefined) return answer(earlier, digest, cost)

    let state = aggregate.initial
    for (const commit of commits) {
      for (const event of aggregate.events.decodeCommit(commit)) state = aggregate.evolve(state, event)
    }
    if (
      expectedVersion !== undefined &&
      expectedVersion !== head.version &&
      aggregate.knownTo(state, command.actorId)
    ) {
      throw new Problem(
        'version-mismatch',
        `It is at version ${head.version}, not ${expectedVersion}. Read it again and decide anew.`,
      )
    }

    const events = aggregate.decide(state, command)
    if (events.length === 0) return { version: head.version, events: [], cost }

    const commit: NewCommit = {
      events: events.map((event) => aggregate.events.encode(event)),
      commandId,
      digest,
      at: timeAfter(commits.at(-1), clock.now()),
      actorId: command.actorId,
      correlationId,
      causationId,
    }
    const appended = await store.append(
      head,
      commit,
      deadline,
      reservationsOf(aggregate, stream, state, events),
    )
    cost = addCost(cost, appended.cost)
    if (appended.outcome === 'taken') {
      const { set } = appended.reservation
      throw new Problem('taken', `Another has this ${set} already. Use another one.`, {
        rule: `${set}-taken`,
      })
    }
    if (appended.outcome !== 'conflict') return answer(appended.commit, digest, cost)

    const pause = backoff(attempt, clock.random)
    if (deadline.left() <= pause) {
      throw new Problem('unavailable', 'Too many others write to this at the moment. Try again.', {
        retryAfterSeconds: 1,
      })
    }
    await clock.sleep(pause)
  }
}

function reservationsOf<State, C extends Command, E extends Event>(
  aggregate: Aggregate<State, C, E>,
  stream: StreamName,
  before: State,
  events: readonly E[],
): Reservations {
  if (aggregate.holds === undefined) return noReservations
  const { id } = parseStreamName(stream)
  const after = events.reduce<State>((state, event) => aggregate.evolve(state, event), before)
  return reservationsBetween(aggregate.holds(before, id), aggregate.holds(after, id))
}

/** The answer is what is stored: another process may have decided otherwise under the same command id. */
function answer(commit: Commit, digest: string, cost: Cost): Executed {
  if (commit.digest !== digest) {
    throw new Problem(
      'key-reused',
      'This Idempotency-Key was used for a command with another body. Use a new key, or send the same body.',
    )
  }
  const events = commit.events.map(({ type }, index) => ({ type, version: commit.version + index }))
  return { version: lastVersion(commit), events, cost }
}

/** Now, or the time of the commit before where the clock has jumped back. */
function timeAfter(last: Commit | undefined, now: number): string {
  const at = new Date(now).toISOString()
  return last !== undefined && last.at > at ? last.at : at
}
