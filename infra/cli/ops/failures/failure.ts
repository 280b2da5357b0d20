import * as z from 'zod/mini'
import type { TakenMessage } from './failed-work.ts'

/** Failed work in a message, as far as the message tells. */
export type Failure =
  /** An event that EventBridge could not deliver, or that its reaction failed at. */
  | { readonly kind: 'event'; readonly event: BusEvent; readonly targetArn: string | undefined }
  /** An asynchronous invocation that failed every try. */
  | { readonly kind: 'invocation'; readonly functionArn: string; readonly payload: unknown }
  /** A run of a schedule that could not be started. */
  | {
      readonly kind: 'schedule'
      readonly scheduleArn: string
      readonly payload: unknown
      readonly cut: boolean
    }
  /** Records of the event store's stream. The message contains their position, not the records. */
  | { readonly kind: 'records'; readonly first: string; readonly last: string; readonly count: number }
  | { readonly kind: 'unknown' }

export interface BusEvent {
  /** The id of the event's delivery, which EventBridge gives. */
  readonly deliveryId: string
  readonly source: string
  readonly type: string
  /** The id that the detail contains; undefined for an event of AWS. */
  readonly id: string | undefined
  readonly correlationId: string | undefined
}

/** Why work failed, and how often it was tried, if the message tells. */
export interface Reason {
  readonly reason: string | undefined
  readonly attempts: number | undefined
}

const busEvent = z.object({
  id: z.string(),
  source: z.string(),
  'detail-type': z.string(),
  detail: z.object({ id: z.optional(z.unknown()), correlationId: z.optional(z.unknown()) }),
})

/** Lambda developer guide, "Retain discarded records for a DynamoDB event source". */
const records = z.object({
  DDBStreamBatchInfo: z.object({
    batchSize: z.number(),
    approximateArrivalOfFirstRecord: z.string(),
    approximateArrivalOfLastRecord: z.string(),
  }),
})

/** Lambda developer guide, "Capturing records of Lambda asynchronous invocations". */
const requestContext = z.object({
  functionArn: z.string(),
  condition: z.string(),
  approximateInvokeCount: z.number(),
})
const invocation = z.object({ requestContext, requestPayload: z.unknown() })
const lambdaRecord = z.object({
  requestContext,
  responseContext: z.optional(z.object({ functionError: z.optional(z.nullable(z.string())) })),
  responsePayload: z.optional(
    z.object({ errorType: z.optional(z.string()), errorMessage: z.optional(z.string()) }),
  ),
})

/** Recognises the work by the message alone. */
export function failureOf({ body, attributes }: Pick<TakenMessage, 'body' | 'attributes'>): Failure {
  const content = parse(body)
  const scheduleArn = attributes['SCHEDULE_ARN']
  if (scheduleArn !== undefined)
    return {
      kind: 'schedule',
      scheduleArn,
      payload: content,
      cut: content === undefined || attributes['IS_PAYLOAD_TRUNCATED'] === 'true',
    }
  const batch = records.safeParse(content).data?.DDBStreamBatchInfo
  if (batch !== undefined)
    return {
      kind: 'records',
      first: batch.approximateArrivalOfFirstRecord,
      last: batch.approximateArrivalOfLastRecord,
      count: batch.batchSize,
    }
  const invoked = invocation.safeParse(content).data
  if (invoked !== undefined)
    return {
      kind: 'invocation',
      functionArn: invoked.requestContext.functionArn,
      payload: invoked.requestPayload,
    }
  const event = busEvent.safeParse(content).data
  if (event === undefined) return { kind: 'unknown' }
  return {
    kind: 'event',
    event: {
      deliveryId: event.id,
      source: event.source,
      type: event['detail-type'],
      id: textOf(event.detail.id),
      correlationId: textOf(event.detail.correlationId),
    },
    targetArn: attributes['TARGET_ARN'],
  }
}

/** The reason that EventBridge or Lambda wrote into the message. */
export function reasonIn({ body, attributes }: Pick<TakenMessage, 'body' | 'attributes'>): Reason {
  const { ERROR_CODE, ERROR_MESSAGE, RETRY_ATTEMPTS, EXHAUSTED_RETRY_CONDITION } = attributes
  if (ERROR_CODE !== undefined) {
    const limit = EXHAUSTED_RETRY_CONDITION === undefined ? '' : ` (${EXHAUSTED_RETRY_CONDITION})`
    return {
      reason: `${ERROR_CODE}: ${ERROR_MESSAGE ?? ''}${limit}`,
      attempts: RETRY_ATTEMPTS === undefined ? undefined : Number(RETRY_ATTEMPTS) + 1,
    }
  }
  const written = lambdaRecord.safeParse(parse(body)).data
  if (written === undefined) return { reason: undefined, attempts: undefined }
  const { condition, approximateInvokeCount } = written.requestContext
  const { errorType, errorMessage } = written.responsePayload ?? {}
  const said = [errorType ?? written.responseContext?.functionError ?? undefined, errorMessage]
    .filter((part) => part !== undefined)
    .join(' ')
  return { reason: said === '' ? condition : `${condition}: ${said}`, attempts: approximateInvokeCount }
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
