import * as z from 'zod/mini'
import type { Event, Recorded } from '../../domain/kernel/event.ts'
import { Problem } from '../../domain/kernel/problem.ts'
import { parseStreamName } from '../../domain/kernel/stream.ts'
import { entryBytes, maxRequestBytes } from './batches.ts'
import type { BusEntry } from './event-bus.ts'
import type { EventCatalogue, PublicForm } from './event-catalogue.ts'

/** The `source` of every published event. */
export const source = 'annals'

/** The `detail` of every event. `data` is the public data of its type. */
export const envelope = z.object({
  id: z.string().check(z.describe('`<stream>/<version>`, the same for every delivery of this event')),
  type: z.string().check(z.describe('Type of the event, as in `detail-type`')),
  schema: z.int().check(z.positive(), z.describe('Schema number of `data`')),
  stream: z.string().check(z.describe('`<aggregate>-<id>`, the stream of the event')),
  version: z.int().check(z.positive(), z.describe('Position of the event in its stream, from 1')),
  at: z.iso.datetime({ precision: 3 }).check(z.describe('When the event happened, in UTC')),
  actor: z.string().check(z.describe('Id of the person who caused the event')),
  correlationId: z.string().check(z.describe('Id that the first request and all its consequences share')),
  causationId: z.string().check(z.describe('Id of the request that caused the event')),
  data: z.unknown().check(z.describe('See the type of the event')),
})

export type Envelope = z.infer<typeof envelope>

/**
 * Makes the bus entry of an event; undefined for a private event. Throws `too-large` if the entry fits into no request,
 * and the errors of the event's mapping.
 */
export function entryOf(
  event: Recorded<Event>,
  { publicEventOf }: Pick<EventCatalogue, 'publicEventOf'>,
): BusEntry | undefined {
  const form = publicEventOf(event.type)
  if (form === undefined) return undefined
  const entry: BusEntry = {
    source,
    detailType: event.type,
    time: event.at,
    detail: JSON.stringify(envelopeOf(event, form)),
  }
  const bytes = entryBytes(entry)
  if (bytes <= maxRequestBytes) return entry
  throw new Problem(
    'too-large',
    `EventBridge accepts ${maxRequestBytes} bytes in a request. This event has ${bytes} bytes.`,
  )
}

function envelopeOf(event: Recorded<Event>, form: PublicForm): Envelope {
  const { type, stream, version, at, actorId: actor, correlationId, causationId } = event
  return {
    id: `${stream}/${version}`,
    type,
    schema: form.schema,
    stream,
    version,
    at,
    actor,
    correlationId,
    causationId,
    data: form.publish({ ...event, id: parseStreamName(stream).id }),
  }
}
