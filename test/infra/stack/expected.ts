/** The logical id of a reaction, the types of events that it reacts to, and the logical id of its function. */
export type ExpectedReaction = readonly [name: string, eventTypes: readonly string[], handler: string]

/** A reaction that sends mail. One function sends all mail. */
export const mail = (name: string, eventTypes: readonly string[]): ExpectedReaction => [
  name,
  eventTypes,
  'SendMail',
]

/** The expected settings and grants of a function of the stack. */
export interface ExpectedFunction {
  readonly name: string
  readonly bundle: string
  readonly seconds: number
  /** 512 MB by default. */
  readonly memory?: number
  readonly environment: Readonly<Record<string, string>>
  /** Every grant except writing its log: service and actions by resource. */
  readonly grants: Readonly<Record<string, string>>
}

/** The variable that names the event store's table. */
export const eventStore = 'EVENT_STORE_TABLE'
/** Variables of an API that registers people at their first request. */
export const onFirstUse = { REGISTRATION_FUNCTION: 'Registration', USER_POOL_ID: 'UserPool' }

/** A function that reacts to events. */
export const reaction = (
  name: string,
  bundle: string,
  environment: Record<string, string>,
  grants: Record<string, string>,
): ExpectedFunction => ({
  name,
  bundle,
  seconds: 60,
  environment: {
    [eventStore]: 'EventStore',
    IDEMPOTENCY_TABLE: 'HandledEvents',
    QUEUE_URL: `${name}Queue`,
    MAX_RECEIVES: '60',
    ...environment,
  },
  grants: {
    'EventStore.Arn': 'dynamodb: Query',
    'HandledEvents.Arn': 'dynamodb: DeleteItem PutItem UpdateItem',
    [`${name}Queue.Arn`]: 'sqs: DeleteMessage GetQueueAttributes ReceiveMessage SendMessage',
    ...grants,
  },
})
