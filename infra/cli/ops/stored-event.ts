import type { StoredEvent } from '../../../domain/kernel/event.ts'
import { parseStreamName } from '../../../domain/kernel/stream.ts'
import type { EventCatalogue } from '../../../projections/publishing/event-catalogue.ts'
import { jsonText, reasonOf } from './printing.ts'
import type { Stored } from './stored-stream.ts'

/**
 * An event as it is stored, in the shape of its `schema`. It has the whole item instead if the item's events cannot be
 * separated.
 */
export interface ShownEvent {
  readonly stream: string
  readonly version: number
  readonly type?: string
  readonly schema?: number
  readonly at?: string
  readonly actorId?: string
  readonly correlationId?: string
  readonly causationId?: string
  readonly commandId?: string
  readonly data?: unknown
  /** The reason why this code cannot read it. */
  readonly unreadable?: string
  /** The whole item, if its events cannot be separated. */
  readonly item?: unknown
}

/** The events of an item, each with the reason if this code cannot read it. Without a catalogue, none is read. */
export function shownEvents(
  stream: string,
  stored: Stored,
  catalogue: Pick<EventCatalogue, 'codecOf'> | undefined,
): ShownEvent[] {
  if (!('commit' in stored)) return [{ stream, ...stored }]
  const { at, actorId, correlationId, causationId, commandId, version, events } = stored.commit
  return events.map((event, index) => {
    const { type, schema, data } = event
    const unreadable = catalogue && unreadableReason(stream, event, catalogue)
    return {
      stream,
      version: version + index,
      type,
      schema,
      at,
      actorId,
      correlationId,
      causationId,
      commandId,
      data,
      ...(unreadable !== undefined && { unreadable }),
    }
  })
}

/** The cells of an event's line. */
export function eventCells(event: ShownEvent): string[] {
  const {
    version,
    at = '',
    type = '',
    schema,
    actorId = '',
    correlationId = '',
    data,
    item,
    unreadable,
  } = event
  const kind = schema === undefined || schema === 1 ? type : `${type} (schema ${schema})`
  const content = data === undefined && item === undefined ? [] : [jsonText(data ?? item)]
  return [
    String(version).padStart(6),
    at,
    kind,
    actorId,
    correlationId,
    [...(unreadable === undefined ? [] : [`UNREADABLE: ${unreadable}`]), ...content].join('  '),
  ]
}

function unreadableReason(
  stream: string,
  event: StoredEvent,
  { codecOf }: Pick<EventCatalogue, 'codecOf'>,
): string | undefined {
  try {
    codecOf(parseStreamName(stream).aggregate).decode(event)
    return undefined
  } catch (error) {
    return reasonOf(error)
  }
}
