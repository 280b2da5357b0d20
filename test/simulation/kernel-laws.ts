import type { Executed } from '../../commands/execution/execute.ts'
import type { Execution } from '../../commands/execution/execution.ts'
import type { Command } from '../../domain/kernel/decider.ts'
import { type Commit, lastVersion } from '../../domain/kernel/event.ts'
import { Problem } from '../../domain/kernel/problem.ts'
import { parseStreamName, type StreamName } from '../../domain/kernel/stream.ts'
import { sampleOf } from '../kit/aggregates.ts'
import { type Streams, same } from './laws.ts'

/** A definite answer, with the versions of the stream before and after the request. */
export type Answered = {
  readonly execution: Execution<Command>
  readonly from: number
  readonly to: number
} & ({ readonly executed: Executed } | { readonly refused: Problem })

/**
 * Checks that every commit contains its command's decision on the state right before it, and that the
 * command had to see exactly that state.
 */
export function checkDecisions(streams: Streams, sent: readonly Execution<Command>[]): void {
  for (const [stream, commits] of streams) {
    const { aggregate } = sampleOf(parseStreamName(stream).aggregate)
    for (const [index, { version, state }] of statesOf(stream, commits).entries()) {
      const commit = commits[index]
      if (commit === undefined) continue
      const execution = sent.find(({ commandId }) => commandId === commit.commandId)
      if (execution === undefined) throw new Error(`broken: nobody sent ${commit.commandId}`)
      const { command, commandId, expectedVersion = version } = execution
      const decided = aggregate.decide(command, state)
      const stored = [...aggregate.events.decodeCommit(commit)].slice(0, Math.max(1, decided.length))
      same(
        `${command.type} ${commandId} was decided on the state before it`,
        stored.map(({ type, data }) => ({ type, data })),
        decided,
      )
      same(`${command.type} ${commandId} came after the version that it had to see`, version, expectedVersion)
    }
  }
}

/** Checks every refusal and every no-op, which have no commit, against the states of the stream during the request. */
export function checkAnswers(streams: Streams, answered: readonly Answered[]): void {
  for (const one of answered) {
    const { stream, command, commandId } = one.execution
    // The stream that wanted a key does not say which stream holds it.
    if ('executed' in one ? one.executed.events.length > 0 : one.refused.code === 'taken') continue
    const states = statesOf(stream, streams.get(stream) ?? [])
    const stood = states.filter(({ version }) => one.from <= version && version <= one.to)
    if (stood.some((at) => isTold(one, at))) continue
    const told = 'executed' in one ? `nothing to do at ${one.executed.version}` : one.refused.code
    throw new Error(
      `broken: ${command.type} ${commandId} was told ${told}, which is wrong for every state of ${stream} from ${one.from} to ${one.to}`,
    )
  }
}

interface At {
  readonly version: number
  readonly state: unknown
}

/** The state before the first commit of a stream, and after each. */
function statesOf(stream: StreamName, commits: readonly Commit[]): At[] {
  const { aggregate } = sampleOf(parseStreamName(stream).aggregate)
  const states: At[] = [{ version: 0, state: aggregate.initial }]
  let state = aggregate.initial
  for (const commit of commits) {
    state = [...aggregate.events.decodeCommit(commit)].reduce(aggregate.evolve, state)
    states.push({ version: lastVersion(commit), state })
  }
  return states
}

/** Whether a state gives this answer. */
function isTold({ execution, ...answer }: Answered, { version, state }: At): boolean {
  const { stream, command, expectedVersion } = execution
  const { aggregate } = sampleOf(parseStreamName(stream).aggregate)
  const code = 'refused' in answer ? answer.refused.code : undefined
  if (code === 'version-mismatch') return expectedVersion !== version
  try {
    const decided = aggregate.decide(command, state)
    return 'executed' in answer && answer.executed.version === version && decided.length === 0
  } catch (refused) {
    return refused instanceof Problem && refused.code === code
  }
}
