import { mapInParallel } from '../../../commands/aws/parallel.ts'
import { deadlineIn } from '../../../commands/aws/system-clock.ts'
import { parseStreamName, type StreamName } from '../../../domain/kernel/stream.ts'
import { guardKey, type RowKey } from '../../../projections/engine/projection.ts'
import { writersStreamMs } from '../../../projections/generations/listed-check.ts'
import { keptGenerations } from '../../../projections/generations/listed-generations.ts'
import { forwarderName, type Mark, markKey } from '../../../projections/publishing/parked-streams.ts'
import { resubmit } from '../../../projections/publishing/resubmit.ts'
import type { Ports, Stores } from './ports.ts'
import { reasonOf } from './printing.ts'

/** A stream in which a generation or the forwarder is stopped by an event. */
export interface ParkedStream {
  /** The generation's id, or `forwarder`. */
  readonly by: string
  readonly stream: StreamName
  /** Version of the last event that was handled. The next event stops the stream. */
  readonly version: number
  /** The event that stops it. Its type is missing if its commit cannot be read. */
  readonly event: { readonly version: number; readonly type?: string }
  readonly error: string
  /** The beginning of the error's stack. Marks that older code wrote have none. */
  readonly stack?: string
  /** When the event stopped it; for the forwarder, when it last tried. */
  readonly since: string
}

/** The result of resubmitting a stream: the version reached, and the error that still stops it. */
export interface Resubmitted {
  readonly by: string
  readonly stream: StreamName
  readonly outcome: 'done' | 'parked'
  readonly version?: number
  /** Number of events that the forwarder has sent. */
  readonly sent?: number
  readonly error?: string
}

/** Maximum number of streams that are tried at the same time. */
const concurrency = 8

/** Returns everything that is parked: by generation and stream first, then by the forwarder. */
export async function allParked(ports: Stores): Promise<ParkedStream[]> {
  const { keys } = await ports.index.parkedKeys()
  return readParked(keys, ports)
}

/** Returns everything that is parked of one stream. Generations of this code are looked up without the index. */
export async function parkedOf(stream: StreamName, ports: Ports): Promise<ParkedStream[]> {
  const { aggregate } = parseStreamName(stream)
  const known = (await keptGenerations(ports.versions, ports.lists))
    .filter((generation) => generation.aggregate === aggregate)
    .map(({ id }) => guardKey(id, stream))
  const { keys } = await ports.index.parkedKeys()
  const listed = keys.filter((key) => ownerOf(key).stream === stream)
  const all = new Map([...known, markKey(stream), ...listed].map((key) => [key.PK, key]))
  return readParked([...all.values()], ports)
}

/** Tries parked streams again, each from the event that stopped it. Returns the results in the same order. */
export async function resubmitAll(parked: readonly ParkedStream[], ports: Ports): Promise<Resubmitted[]> {
  return mapInParallel(parked, concurrency, (one) =>
    resubmitOne(one, ports).catch((error: unknown): Resubmitted => {
      const { by, stream, version } = one
      return { by, stream, outcome: 'parked', version, error: reasonOf(error) }
    }),
  )
}

async function resubmitOne({ by, stream }: ParkedStream, ports: Ports): Promise<Resubmitted> {
  const { store, clock } = ports
  const deadline = deadlineIn(writersStreamMs, clock)
  if (by === forwarderName) {
    const { sent, mark, error } = await resubmit(stream, { ...ports, deadline })
    if (mark === undefined) return { by, stream, outcome: 'done', sent }
    // If another process has moved the mark, `error` says so.
    const why = error === undefined ? mark.error : reasonOf(error)
    return { by, stream, outcome: 'parked', version: mark.version - 1, sent, error: why }
  }
  const generation = (await keptGenerations(ports.versions, ports.lists)).find(({ id }) => id === by)
  if (generation === undefined)
    throw new Error(`This code has no generation ${by}: resubmit with the code that is deployed.`)
  const { version, parked } = await generation.catchUp(stream, { store, rows: ports.rows, clock, deadline })
  if (parked === undefined) return { by, stream, outcome: 'done', version }
  return { by, stream, outcome: 'parked', version, error: parked.error }
}

/** Reads the items themselves, consistently: the index may list streams that are no longer parked. */
async function readParked(keys: readonly RowKey[], { rows, parked }: Stores): Promise<ParkedStream[]> {
  const found: ParkedStream[] = []
  for (const some of inHundreds(keys.filter((key) => ownerOf(key).by !== forwarderName))) {
    const { guards } = await rows.readGuards(some)
    for (const [index, key] of some.entries()) {
      const guard = guards[index]
      if (guard?.parked === undefined) continue
      const { at: since, version = guard.version + 1, ...parked } = guard.parked
      found.push({ ...ownerOf(key), version: guard.version, ...reasonIn({ ...parked, version }), since })
    }
  }
  const marked = keys.map(ownerOf).filter(({ by }) => by === forwarderName)
  const { marks } = await parked.read(marked.map(({ stream }) => stream))
  for (const place of marked) {
    const mark = marks.get(place.stream)
    if (mark !== undefined)
      found.push({ ...place, version: mark.version - 1, ...reasonIn(mark), since: mark.at })
  }
  return found
}

function reasonIn({ version, type, error, stack }: Omit<Mark, 'at'>) {
  const event = { version, ...(type !== undefined && { type }) }
  return { event, error, ...(stack !== undefined && { stack }) }
}

/** Splits the key of an item, `<by>#<stream>`, into its owner and its stream. */
function ownerOf({ PK }: RowKey): Pick<ParkedStream, 'by' | 'stream'> {
  const split = PK.indexOf('#')
  return { by: PK.slice(0, split), stream: parseStreamName(PK.slice(split + 1)).stream }
}

function inHundreds<Item>(items: readonly Item[]): Item[][] {
  const length = Math.ceil(items.length / 100)
  return Array.from({ length }, (_, index) => items.slice(index * 100, (index + 1) * 100))
}
