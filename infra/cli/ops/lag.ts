import { mapInParallel } from '../../../commands/aws/parallel.ts'
import { lastVersion } from '../../../domain/kernel/event.ts'
import type { StreamName } from '../../../domain/kernel/stream.ts'
import { guardKey } from '../../../projections/engine/projection.ts'
import type { AnyGeneration } from '../../../projections/generations/any-generation.ts'
import { keptGenerations } from '../../../projections/generations/listed-generations.ts'
import { walkStreams } from '../../../projections/rebuild/walk/walk.ts'
import type { OpsCommand } from './command.ts'
import { allParked } from './parked.ts'
import type { Ports } from './ports.ts'
import { columns } from './printing.ts'
import { readStored } from './stored-stream.ts'

/** How far a generation is behind the event store. */
interface GenerationLag {
  readonly generation: string
  /** Number of streams that it folds. `behind` counts those with events that are not yet folded. */
  readonly streams: number
  readonly behind: number
  readonly parked: number
  /** Number of events that are not yet folded, and the time of the oldest one. */
  readonly events: number
  readonly oldest?: string | undefined
}

/** Maximum number of streams that are examined at the same time. */
const concurrency = 8
/** Maximum number of guards in one read. */
const guardsAtOnce = 100

export const lag: OpsCommand = {
  name: 'lag',
  usage: 'lag',
  summary: 'how far each read model and the deliveries to functions are behind; reads the whole event store',
  options: [],
  async run({ operands }, open) {
    if (operands.length > 0) throw new Error('lag takes no operand')
    const ports = await open()
    const deliveries = await ports.deliveryLag?.()
    const generations = await lagsOf(ports)
    const models = generations.map((one) => [
      one.generation,
      `events ${one.events}`,
      `streams ${one.behind} of ${one.streams}`,
      `parked ${one.parked}`,
      one.oldest === undefined ? '' : `oldest ${one.oldest}`,
    ])
    const functions = (deliveries ?? []).map(({ to, records, oldest }) => [
      to,
      `records ${records}`,
      '',
      '',
      oldest === undefined ? '' : `oldest ${oldest}`,
    ])
    const elsewhere =
      deliveries === undefined
        ? ['In an account, the metric IteratorAge of a function shows how far its deliveries are behind.']
        : []
    return {
      json: { generations, deliveries },
      text: [columns([['BEHIND', 'BY'], ...models, ...functions]), ...elsewhere].join('\n'),
    }
  },
}

async function lagsOf(ports: Ports): Promise<readonly GenerationLag[]> {
  const kept = await keptGenerations(ports.versions, ports.lists)
  const parked = await allParked(ports)
  const lags = new Map(
    kept.map(({ id }) => [
      id,
      {
        generation: id,
        streams: 0,
        behind: 0,
        parked: parked.filter(({ by }) => by === id).length,
        events: 0,
        oldest: undefined as string | undefined, // set below
      },
    ]),
  )
  const look = async (streams: readonly Walked[], generation: AnyGeneration) => {
    const found = lags.get(generation.id)
    if (found === undefined) return
    const { guards } = await ports.rows.readGuards(
      streams.map(({ stream }) => guardKey(generation.id, stream)),
    )
    found.streams += streams.length
    await mapInParallel([...streams.entries()], concurrency, async ([index, { stream, end }]) => {
      const version = guards[index]?.version ?? 0
      if (version >= end) return
      found.behind += 1
      for await (const stored of readStored(ports.commits, stream)) {
        if (!('commit' in stored)) continue
        const { commit } = stored
        const missing = commit.events.filter((_, place) => commit.version + place > version).length
        found.events += missing
        if (missing > 0 && (found.oldest === undefined || commit.at < found.oldest)) found.oldest = commit.at
      }
    })
  }
  for await (const streams of inBatches(ports)) {
    for (const generation of kept) {
      const ofIt = streams.filter(({ stream }) => stream.startsWith(`${generation.aggregate}-`))
      if (ofIt.length > 0) await look(ofIt, generation)
    }
  }
  return [...lags.values()]
}

interface Walked {
  readonly stream: StreamName
  /** Version of its last event. */
  readonly end: number
}

/** Yields the streams of the event store with the versions of their last events, in batches. */
async function* inBatches({ scan, clock, commits }: Ports): AsyncGenerator<readonly Walked[]> {
  let batch: Walked[] = []
  for await (const { stream, items, whole } of walkStreams(scan, clock)) {
    let end = endOf(items.at(-1))
    if (!whole) {
      for await (const stored of readStored(commits, stream))
        end = 'commit' in stored ? lastVersion(stored.commit) : stored.version
    }
    batch.push({ stream, end })
    if (batch.length < guardsAtOnce) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

/** Returns the version of the last event of an item, even if the item is not a commit. */
function endOf(item: unknown): number {
  const { sk, count } = (item ?? {}) as { sk?: unknown; count?: unknown } // an item of the event store
  return Number(sk ?? 0) + (typeof count === 'number' ? count - 1 : 0)
}
