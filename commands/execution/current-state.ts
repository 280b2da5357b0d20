import type { Cost, Deadline } from '../../domain/kernel/cost.ts'
import type { Aggregate, Command } from '../../domain/kernel/decider.ts'
import type { Event } from '../../domain/kernel/event.ts'
import type { EventStore } from '../../domain/kernel/event-store.ts'
import { streamName } from '../../domain/kernel/stream.ts'
import { stateAfter } from './cached-state.ts'

/** The state of an aggregate and the version of its stream, read consistently from the event store. */
export async function stateNow<State, C extends Command, E extends Event>(
  aggregate: Aggregate<State, C, E>,
  id: string,
  store: Pick<EventStore, 'load'>,
  deadline: Deadline,
): Promise<{ readonly state: State; readonly version: number; readonly cost: Cost }> {
  const loaded = await store.load(streamName(aggregate.name, id), deadline, { fold: aggregate.fold })
  return {
    state: stateAfter(aggregate, aggregate.initial, loaded),
    version: loaded.head.version,
    cost: loaded.cost,
  }
}
