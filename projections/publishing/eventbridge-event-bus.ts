import {
  EventBridgeClient,
  type EventBridgeClientConfig,
  PutEventsCommand,
} from '@aws-sdk/client-eventbridge'
import { answerWithin } from '../../commands/aws/client.ts'
import { within } from '../../commands/aws/sdk-call.ts'
import type { EventBus } from './event-bus.ts'

/** An EventBridge bus. */
export function createEventBridgeBus(eventBusName: string, config: EventBridgeClientConfig = {}): EventBus {
  const client = new EventBridgeClient({
    ...answerWithin(3000),
    ...config,
  })
  return {
    async put(entries, timeoutMs) {
      const answer = await client.send(
        new PutEventsCommand({
          Entries: entries.map(({ source, detailType, time, detail }) => ({
            EventBusName: eventBusName,
            Source: source,
            DetailType: detailType,
            Time: new Date(time),
            Detail: detail,
          })),
        }),
        within(timeoutMs),
      )
      if ((answer.FailedEntryCount ?? 0) === 0) return entries.map(() => undefined)
      // An entry without an answer may not have been accepted.
      return entries.map((_, index) => {
        const result = answer.Entries?.[index]
        return result?.EventId === undefined ? (result?.ErrorCode ?? 'InternalFailure') : undefined
      })
    },
  }
}
