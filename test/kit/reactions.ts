import type { Event } from '../../domain/kernel/event.ts'
import type { StreamName } from '../../domain/kernel/stream.ts'
import { eventCatalogue } from '../../projections/event-catalogue.ts'
import { entryOf } from '../../projections/publishing/envelope.ts'
import { createDynamoHandledEvents } from '../../workflows/reactions/dynamo-handled-events.ts'
import type { Mail } from '../../workflows/reactions/mailer.ts'
import { type Reaction, reactionHandler } from '../../workflows/reactions/reaction.ts'
import { readSide } from './memory/read-side.ts'
import { embeddedDynamoDb } from './stores/embedded-dynamodb.ts'

export const context = { awsRequestId: 'request', getRemainingTimeInMillis: () => 20_000 }

/** Reactions over stores in memory that record handled events in DynamoDB. */
export async function reactionSide() {
  const { config, table: newTable } = await embeddedDynamoDb()
  const handled = await newTable('handled', { id: 'S' })
  let people = 0

  /** Each call creates another person, with their own ports. */
  return () => {
    const { store, clock, append, table } = readSide()
    people += 1
    const userId = `ann${people}`
    const mails: Mail[] = []
    const deletions: string[] = []
    const measured: unknown[] = []
    const lines: { level: string; message: unknown; extra: unknown }[] = []
    /** Errors that the ports throw, each once. */
    const faults: Error[] = []
    const attempt = () => {
      const fault = faults.shift()
      if (fault !== undefined) throw fault
    }
    const ports = {
      store,
      clock,
      mailer: {
        async send(mail: Mail) {
          attempt()
          mails.push(mail)
        },
      },
      signIns: {
        async delete(id: string) {
          attempt()
          if (deletions.includes(id)) return 'gone' as const
          deletions.push(id)
          return 'deleted' as const
        },
      },
    }
    const log =
      (level: string) =>
      (message: unknown, ...[extra]: unknown[]) => {
        lines.push({ level, message, extra })
      }
    /** A handler in its own environment. */
    const handlerOf = <Data>(reaction: Reaction<Data>) =>
      reactionHandler(reaction, {
        handled: createDynamoHandledEvents(handled, config),
        clock,
        logger: { info: log('info'), error: log('error') },
        measure: (values, fields) => void measured.push({ ...values, ...fields }),
      })

    /**
     * Appends events and returns the last one as EventBridge delivers it, in the forwarder's own envelope.
     */
    const publish = async (stream: StreamName, ...events: Event[]) => {
      const commit = await append(stream, ...events)
      const { at, actorId, correlationId, causationId } = commit
      const version = commit.version + events.length - 1
      // The event may have any type; each test names a public one.
      const event = {
        ...events.at(-1),
        stream,
        version,
        at,
        actorId,
        correlationId,
        causationId,
      } as Parameters<typeof entryOf>[0]
      const { source, detailType, detail } = entryOf(event, eventCatalogue) ?? {
        source: '',
        detailType: '',
        detail: '{}',
      }
      return { id: 'e', source, 'detail-type': detailType, detail: JSON.parse(detail) }
    }
    const user: StreamName = `user-${userId}`
    const subscription: StreamName = `subscription-${userId}`
    return {
      userId,
      user,
      subscription,
      ports,
      handlerOf,
      publish,
      append,
      mails,
      deletions,
      lines,
      measured,
      faults,
      clock,
      table,
    }
  }
}
