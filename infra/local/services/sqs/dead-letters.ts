import type { GivenUp } from '../../storage/deliveries.ts'
import type { Queue } from './queue.ts'

/** The part of a queue that dead letters need. */
export type DeadLetters = Pick<Queue, 'arn' | 'url' | 'send'>

/** Why a target did not accept a delivery. */
export interface Failure {
  readonly code: string
  readonly message: string
  readonly final: boolean
}

/** 1, 2, 4, … seconds, up to 4 minutes: EventBridge backs off exponentially and does not say how. */
export const backoffMs = Array.from({ length: 9 }, (_, retry) => 1000 * 2 ** Math.min(retry, 8))

/** The attributes that EventBridge, a bus or its scheduler, gives a dead letter. */
export function deadLetterAttributes(
  { attempts, failure, exhausted }: GivenUp<Failure>,
  unknownCode: string,
) {
  const { code, message } = failure ?? { code: unknownCode, message: 'It is too old' }
  const limit = exhausted === 'age' ? 'MaximumEventAgeInSeconds' : 'MaximumRetryAttempts'
  return {
    ERROR_CODE: code,
    ERROR_MESSAGE: message,
    RETRY_ATTEMPTS: String(Math.max(0, attempts - 1)),
    ...(exhausted && { EXHAUSTED_RETRY_CONDITION: limit }),
  }
}
