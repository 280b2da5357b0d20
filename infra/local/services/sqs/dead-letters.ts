import type { GivenUp } from '../../storage/deliveries.ts'
import type { Queue } from './queue.ts'

/** The operations of a queue that dead letters need. */
export type DeadLetters = Pick<Queue, 'arn' | 'url' | 'send'>

/** Why a target did not accept a delivery. */
export interface Failure {
  readonly code: string
  readonly message: string
  readonly final: boolean
}

/**
 * The pauses between retries: 1, 2, 4, … seconds, up to 4 minutes. EventBridge backs off exponentially and does not
 * document the numbers.
 */
export const backoffMs = Array.from({ length: 9 }, (_, retry) => 1000 * 2 ** Math.min(retry, 8))

/** Returns the attributes that EventBridge (a bus or the scheduler) gives a dead letter. */
export function deadLetterAttributes(
  { attempts, failure, exhausted }: GivenUp<Failure>,
  unknownCode: string,
) {
  const { code, message } = failure ?? { code: unknownCode, message: 'The event is too old' }
  const limit = exhausted === 'age' ? 'MaximumEventAgeInSeconds' : 'MaximumRetryAttempts'
  return {
    ERROR_CODE: code,
    ERROR_MESSAGE: message,
    RETRY_ATTEMPTS: String(Math.max(0, attempts - 1)),
    ...(exhausted && { EXHAUSTED_RETRY_CONDITION: limit }),
  }
}
