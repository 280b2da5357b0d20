/** A queue of the stage, by the name that the stack's code gives it. */
export interface WorkQueue {
  /** Its name without the stage and without generated parts, such as `SendMailFailures`. */
  readonly name: string
  readonly url: string
  readonly arn: string
  /** Number of messages that wait, and of those that somebody is working on. Both are approximate. */
  readonly messages: number
  readonly inFlight: number
  /** The queue that a message moves to after this many receives. Such a queue has a function that empties it. */
  readonly redrive?: { readonly targetArn: string; readonly maxReceives: number } | undefined
}

/** A message of a queue, taken out of it for a moment. */
export interface TakenMessage {
  readonly id: string
  /** When it was first sent, in milliseconds since 1970. */
  readonly sentAt: number
  readonly body: string
  readonly attributes: Readonly<Record<string, string>>
  /** Deletes the message. A message that is not deleted returns to its queue. */
  delete(): Promise<void>
}

/** The port to the queues of a stage, and to everything that can do failed work again. */
export interface FailedWork {
  /** Every queue of the stage. */
  queues(): Promise<readonly WorkQueue[]>
  /**
   * Takes the messages of a queue, a few at a time, and returns those that were not deleted when all were visited. Ends
   * early if a visit returns false.
   */
  visit(queue: WorkQueue, visitor: (messages: readonly TakenMessage[]) => Promise<boolean>): Promise<void>
  /** Sends a message to a queue. */
  send(queue: WorkQueue, body: string): Promise<void>
  /** Hands an event to a function, which Lambda runs and repeats as for the first event. */
  invoke(functionArn: string, payload: unknown): Promise<void>
  /** Starts a state machine. A start with the name of an earlier one changes nothing. */
  start(machineArn: string, name: string, input: string): Promise<void>
  /** The ARN of a function by the name that the stack's code gives it; undefined if there is none. */
  functionArn(name: string): Promise<string | undefined>
}

/** The name in the code, the hash that CDK adds to it, and the random characters that CloudFormation adds. */
const generated = /^([A-Za-z0-9]+?)(?:[0-9A-F]{8})?(?:-[A-Za-z0-9]+)?$/

/**
 * The name that the stack's code gives a resource, from the name that it has in the account; undefined for a resource of
 * another stack, such as one of the stage `dev-data` next to the data stack of the stage `dev`.
 */
export function shortName(physicalName: string, prefix: string): string | undefined {
  if (!physicalName.startsWith(prefix)) return undefined
  return generated.exec(physicalName.slice(prefix.length))?.[1]
}
