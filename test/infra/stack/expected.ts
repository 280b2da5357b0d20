/** The logical id of a reaction, and the types of events that it is invoked at. */
export type ExpectedReaction = readonly [name: string, eventTypes: readonly string[]]

/** The expected settings and grants of a function of the stack. */
export interface ExpectedFunction {
  readonly name: string
  readonly bundle: string
  readonly seconds: number
  /** 512 MB by default. */
  readonly memory?: number
  readonly environment: Readonly<Record<string, string>>
  /** Everything that it may do besides writing its log: service and actions by resource. */
  readonly grants: Readonly<Record<string, string>>
}

/** The variable that names the event store's table. */
export const eventStore = 'EVENT_STORE_TABLE'
/** Variables of an API that registers people at their first use. */
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
  seconds: 30,
  environment: { [eventStore]: 'EventStore', IDEMPOTENCY_TABLE: 'HandledEvents', ...environment },
  grants: {
    'EventStore.Arn': 'dynamodb: Query',
    'HandledEvents.Arn': 'dynamodb: DeleteItem PutItem UpdateItem',
    [`${name}Failures.Arn`]: 'sqs: SendMessage',
    ...grants,
  },
})
export const mailFrom = { MAIL_FROM: 'annals@example.com' }
export const sendMail = {
  'arn:aws:ses:region:account:identity/annals@example.com': 'ses: SendEmail',
}
