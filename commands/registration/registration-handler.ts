import type { Logger } from '@aws-lambda-powertools/logger'
import type { Context, PostConfirmationTriggerEvent, PreSignUpTriggerEvent } from 'aws-lambda'
import type { Clock } from '../../domain/kernel/clock.ts'
import type { Deadline } from '../../domain/kernel/cost.ts'
import type { EventStore } from '../../domain/kernel/event-store.ts'
import { Problem } from '../../domain/kernel/problem.ts'
import { streamName } from '../../domain/kernel/stream.ts'
import { emailAddress, personName } from '../../domain/user/events.ts'
import { user } from '../../domain/user/user.ts'
import { asError } from '../aws/errors.ts'
import { deadlineWithin } from '../aws/time-left.ts'
import { commandIdOf, digestOf } from '../execution/command-id.ts'
import { execute } from '../execution/execute.ts'
import { type Directory, type Person, personOf } from './directory.ts'
import { problemAnswer, type RegistrationAnswer, type RegistrationRequest } from './registration-message.ts'

/** The events that Cognito sends to the function as its trigger. */
type TriggerEvent = PreSignUpTriggerEvent | PostConfirmationTriggerEvent

/**
 * Maximum time of a registration, in milliseconds. Cognito waits 5 s for a trigger before it calls it again, and Lambda
 * needs half a second to answer.
 */
const registrationMs = 4000
const reserveMs = 500

export interface RegistrationPorts {
  readonly store: EventStore
  readonly directory: Directory
  readonly clock: Clock
  readonly logger: Pick<Logger, 'info' | 'error'>
}

type RegistrationContext = Pick<Context, 'awsRequestId' | 'getRemainingTimeInMillis'>

/**
 * Makes the Lambda handler that registers people. Cognito calls it as a trigger when a person has confirmed their
 * address. An API calls it at the first use by a person whose trigger did not run. It may be called any number of times
 * for the same person.
 *
 * As the trigger before a sign-up, it throws if the address could never be registered, and Cognito refuses the sign-up
 * with its message. As the trigger after the confirmation, it never fails, because Cognito would show the error
 * although the address is already confirmed. The person gets the problem that prevented the registration at the first
 * use instead.
 */
export function registrationHandler({ store, directory, clock, logger }: RegistrationPorts) {
  const register = async (userId: string, person: Person, ids: RegistrationIds): Promise<void> => {
    const { email, name } = profileOf(person)
    const { events, cost } = await execute(
      user,
      {
        stream: streamName(user.name, userId),
        command: { type: 'register-user', actorId: userId, email, name },
        // The command id and the digest depend only on the person, so a repeat is recognised even if the attributes
        // have changed.
        commandId: commandIdOf(userId, 'register-user', userId),
        digest: digestOf({ userId }),
        correlationId: ids.correlationId,
        causationId: ids.requestId,
      },
      { store, clock, deadline: ids.deadline },
    )
    logger.info('registered', { userId, events, cost, correlationId: ids.correlationId })
  }

  /** Logs a failure, and returns it as an answer. */
  const attempt = async (
    userId: string,
    ids: RegistrationIds,
    find: () => Promise<Person | undefined>,
  ): Promise<RegistrationAnswer> => {
    try {
      const person = await find()
      if (person === undefined)
        throw new Problem('unauthenticated', 'Your account no longer exists. Sign up again.')
      await register(userId, person, ids)
      return { registered: true }
    } catch (error) {
      const { correlationId } = ids
      const answer = problemAnswer(error)
      if (isOurFault(error)) logger.error('not registered', { userId, correlationId, error: asError(error) })
      else logger.info('not registered', { userId, correlationId, ...answer })
      return answer
    }
  }

  return async (
    event: TriggerEvent | RegistrationRequest,
    context: RegistrationContext,
  ): Promise<TriggerEvent | RegistrationAnswer> => {
    const requestId = context.awsRequestId
    const deadline = deadlineWithin(context, { reserveMs, maxMs: registrationMs }, clock)
    if ('triggerSource' in event) {
      if (event.triggerSource === 'PreSignUp_SignUp') addressOf(event.request.userAttributes['email'])
      if (event.triggerSource === 'PostConfirmation_ConfirmSignUp') {
        const { userAttributes } = event.request
        const { sub: userId = event.userName } = userAttributes
        const ids = { correlationId: requestId, requestId, deadline }
        await attempt(userId, ids, async () => personOf(userAttributes))
      }
      return event
    }
    const { userId, userPoolId, correlationId } = event
    const ids = { correlationId, requestId, deadline }
    return attempt(userId, ids, () => directory.find(userPoolId, userId, deadline))
  }
}

/** Whether an operator has to act. Anyone can sign up with an address that is taken. */
function isOurFault(error: unknown): boolean {
  return !(error instanceof Problem) || ['unavailable', 'unreadable', 'internal'].includes(error.code)
}

interface RegistrationIds {
  readonly correlationId: string
  readonly requestId: string
  readonly deadline: Deadline
}

/**
 * The address and the name in the form that the domain accepts. Without a valid name, it is the part before the `@`.
 */
function profileOf({ email, name, emailVerified }: Person): { email: string; name: string } {
  if (!emailVerified) throw new Problem('forbidden', 'Confirm your email address first.')
  const address = addressOf(email)
  const given = personName.safeParse(name)
  return { email: address, name: given.data ?? nameIn(address) }
}

/** The address in the form that the domain accepts. Throws `invalid-input` for any other address. */
function addressOf(email: string | undefined): string {
  const address = emailAddress.safeParse(email)
  if (address.success) return address.data
  throw new Problem('invalid-input', 'This email address is not supported. Use another one.')
}

/** The part of an address before the `@`, at most 100 characters. */
function nameIn(address: string): string {
  return Array.from(address.split('@', 1).join('')).slice(0, 100).join('')
}
