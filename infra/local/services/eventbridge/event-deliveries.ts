import { join } from 'node:path'
import { AwsError, type Log } from '../../gateway/aws-service.ts'
import { type Deliveries, openDeliveries } from '../../storage/deliveries.ts'
import { backoffMs, deadLetterAttributes, type Failure } from '../sqs/dead-letters.ts'
import type { BusEvent } from './input.ts'
import { daySeconds, type RuleTarget } from './template.ts'

/** An event to deliver to the target with this key. */
export interface EventDelivery {
  readonly target: string
  readonly event: BusEvent
  readonly ingestedAt: string
}

/** Delivers events to targets with their retries, and sends an event that failed to the dead-letter queue of its target. */
export function openEventDeliveries(o: {
  readonly dataDir: string
  readonly targets: ReadonlyMap<string, RuleTarget>
  /**
   * Passes an event to a target under the id of its delivery, which is the same for every attempt. Throws
   * `ResourceNotFoundException` if there is no such target.
   */
  readonly invoke: (targetArn: string, input: unknown, id: string) => void
  readonly retryDelaysMs?: readonly number[] | undefined
  readonly log: Log
}): Deliveries<EventDelivery> {
  return openDeliveries<EventDelivery, Failure>({
    file: join(o.dataDir, 'events.jsonl'),
    delaysMs: o.retryDelaysMs ?? backoffMs,
    limitsOf: (work) => o.targets.get(work.target)?.limits ?? { retries: 0, maxAgeMs: daySeconds * 1000 },
    async attempt({ target: key, event, ingestedAt }, id) {
      try {
        const target = o.targets.get(key)
        if (!target)
          throw new AwsError('ResourceNotFoundException', 'The rule or its target no longer exists')
        o.invoke(target.arn, target.input(event, ingestedAt), `${event['id']}_${id}`)
        return undefined
      } catch (error) {
        return failureOf(error)
      }
    },
    giveUp({ target: key, event }, end) {
      const target = o.targets.get(key)
      const why = deadLetterAttributes(end, 'UNKNOWN')
      o.log('events', `${key} did not get event ${event['id']}: ${why.ERROR_CODE} ${why.ERROR_MESSAGE}`)
      target?.deadLetters?.send(JSON.stringify(event), {
        RULE_ARN: target.rule,
        TARGET_ARN: target.arn,
        ...why,
      })
    },
    log: o.log,
  })
}

/** A missing target, or an input that is not JSON, is not retried. Any other failure may be temporary. */
function failureOf(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error)
  if (error instanceof SyntaxError) return { code: 'INVALID_JSON', message, final: true }
  const isGone = error instanceof AwsError && error.code === 'ResourceNotFoundException'
  return { code: isGone ? 'NO_RESOURCE' : 'ERROR_FROM_TARGET', message, final: isGone }
}
