import type { WorkQueue } from './failed-work.ts'

/** The job of a queue, what its messages mean, and what an operator can do about them. */
export interface QueueKind {
  readonly kind: 'waiting' | 'redriven' | 'events' | 'records' | 'work'
  /** Whether a function empties the queue. Reading such a queue would use up tries of its messages. */
  readonly isLive: boolean
  readonly meaning: string
  readonly advice: string
  /** Name of the function that failed. Its log has the errors. */
  readonly functionName: string
  /** The queue whose dead letters these are. */
  readonly source?: WorkQueue | undefined
}

/** The name of a queue of stream records that failed for a day ends with this. */
const deadLetters = 'DeadLetters'
const failures = 'Failures'

/** Tells the job of a queue by its redrive policy and those of the other queues. */
export function kindOf(queue: WorkQueue, all: readonly WorkQueue[]): QueueKind {
  const { name, arn, redrive } = queue
  const functionName = name.replace(/(Failures|DeadLetters|Queue)$/, '')
  const target = all.find((other) => other.arn === redrive?.targetArn)
  const source = all.find((other) => other.redrive?.targetArn === arn)
  if (target !== undefined && redrive !== undefined)
    return target.name.endsWith(deadLetters)
      ? {
          kind: 'redriven',
          isLive: true,
          meaning: `stream records that ${functionName} failed at; ${functionName}Redrive tries them again for a day`,
          advice: `read the log of ${functionName}Redrive and remove the cause; the retry needs no command`,
          functionName: `${functionName}Redrive`,
        }
      : {
          kind: 'waiting',
          isLive: true,
          meaning: `events for ${functionName}; each is tried up to ${redrive.maxReceives} times, then moves to ${target.name}`,
          advice: `read the log of ${functionName} if they stay; the retry needs no command`,
          functionName,
        }
  if (name.endsWith(deadLetters))
    return {
      kind: 'records',
      isLive: false,
      meaning: `stream records that ${functionName} failed at for a whole day; the stream no longer has them`,
      advice: remedyOf(functionName),
      functionName: `${functionName}Redrive`,
      source,
    }
  const advice = `remove the cause, then: failures retry ${name} --all`
  if (source !== undefined)
    return {
      kind: 'events',
      isLive: false,
      meaning: `events that ${functionName} failed at in every try, or that did not reach ${source.name}`,
      advice,
      functionName,
      source,
    }
  const subject = name.endsWith(failures) ? functionName : name
  return {
    kind: 'work',
    isLive: false,
    meaning: `work of ${subject} that could not be started or failed in every try`,
    advice,
    functionName: subject,
  }
}

/** The command that does the work of lost stream records of a consumer. */
export function remedyOf(consumer: string, period?: { readonly from: string; readonly to: string }): string {
  if (consumer === 'Forwarder')
    return `republish --from ${period?.from ?? 'TIME'} --to ${period?.to ?? 'TIME'}, then discard the messages`
  return 'verify PROJECTION --repair for every projection, then discard the messages'
}
