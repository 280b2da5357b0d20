import { randomUUID } from 'node:crypto'
import * as z from 'zod'
import { account } from '../../cloud/resource-names.ts'
import { AwsError, type AwsRequest, type AwsService, type Log, readInput } from '../../gateway/aws-service.ts'
import { parseJson } from '../../gateway/json.ts'
import type { Deliveries } from '../../storage/deliveries.ts'
import type { DeadLetters } from '../sqs/dead-letters.ts'
import { showBuses } from './buses.ts'
import { openEventDeliveries } from './event-deliveries.ts'
import type { BusEvent } from './input.ts'
import { eventBridgeOperations } from './operations.ts'
import { showRules } from './rules.ts'
import { busOf, compileRule, type Rule } from './template.ts'

export interface EventBuses {
  readonly service: AwsService
  /** Accepts an event for the rules of a bus, durably, and completes its envelope. Returns its id. */
  publish(bus: string, given: BusEvent): string
  /** The targets of all rules, including disabled ones. */
  readonly targets: readonly {
    rule: string
    arn: string
    /** The ARN of the role that calls it, if it has one. */
    roleArn: string | undefined
    deadLetters: DeadLetters | undefined
  }[]
  close: Deliveries<unknown>['close']
}

const maxBytes = 1024 * 1024
const tooLarge = 'Total size of the entries in the request is over the limit.'

const text = z.string().default('')
const entry = z.object({
  Source: text,
  DetailType: text,
  Detail: text,
  EventBusName: z.string().default('default'),
  Resources: z.array(z.string()).default([]),
  Time: z.number().optional(),
})
const inputs = z.object({ Entries: z.array(entry).min(1).max(10) })
type EventEntry = z.output<typeof entry>

/**
 * Opens EventBridge's buses. A bus accepts events, and delivers each at least once to the targets of the matching
 * rules. A failed delivery is retried, and finally goes to the target's dead-letter queue (EventBridge user guide,
 * "Using dead-letter queues to process undelivered events"). As on AWS, an event for an unknown bus is accepted and
 * dropped.
 *
 * @throws Error that names a property of a rule that is not modelled or not valid.
 */
export function openEventBuses(o: {
  readonly region: string
  readonly dataDir: string
  /** The names of the buses of the template. */
  readonly buses?: readonly string[]
  readonly rules: readonly Rule[]
  /**
   * Passes an event to a target under the id of its delivery, which is the same for every attempt. Throws
   * `ResourceNotFoundException` if there is no such target.
   */
  readonly invoke: (targetArn: string, input: unknown, id: string) => void
  readonly findQueue: (arn: string) => DeadLetters
  readonly retryDelaysMs?: readonly number[] | undefined
  readonly log: Log
}): EventBuses {
  const rules = o.rules.map((rule) => compileRule(rule, o.findQueue))
  const targets = new Map(rules.flatMap((rule) => rule.targets.map((target) => [target.key, target])))

  const deliveries = openEventDeliveries({ ...o, targets })

  function publish(bus: string, given: BusEvent): string {
    const id = randomUUID()
    const ingestedAt = isoSeconds(Date.now())
    const event = { version: '0', id, account, time: ingestedAt, region: o.region, resources: [], ...given }
    const matching = rules.filter((rule) => rule.bus === bus && rule.matches(event))
    for (const { key } of matching.flatMap((rule) => rule.targets)) {
      deliveries.add({ target: key, event, ingestedAt })
    }
    return id
  }

  const shown = [showBuses(o.buses ?? [], o.region, account), showRules(o.rules, o.region, account)]

  const read = (request: AwsRequest) => readInput(request, inputs, 'ValidationException').Entries
  return {
    service: {
      targets: ['AWSEvents'],
      operations: eventBridgeOperations,
      permissions(request) {
        const ofQuery = shown.map(({ permission }) => permission(request)).find(isGiven)
        if (ofQuery !== undefined) return [ofQuery]
        return read(request).map(({ EventBusName }) => ({
          action: 'events:PutEvents',
          resource: `arn:aws:events:${o.region}:${account}:event-bus/${busOf(EventBusName)}`,
        }))
      },
      async handle(request) {
        const found = shown.map(({ answer }) => answer(request)).find(isGiven)
        if (found !== undefined) return { status: 200, body: JSON.stringify(found) }
        const all = read(request)
        if (all.reduce((bytes, one) => bytes + sizeOf(one), 0) > maxBytes)
          throw new AwsError('ValidationException', tooLarge)
        const Entries = all.map((one) => put(one, publish))
        const FailedEntryCount = Entries.filter((answer) => 'ErrorCode' in answer).length
        return { status: 200, body: JSON.stringify({ Entries, FailedEntryCount }) }
      },
    },
    publish,
    targets: [...targets.values()],
    close: deliveries.close,
  }
}

function isGiven<T>(value: T | undefined): value is T {
  return value !== undefined
}

/** Publishes an entry of a request. Returns its id, or the reason for a refusal. */
function put(one: EventEntry, publish: EventBuses['publish']): object {
  const missing = (['Source', 'DetailType', 'Detail'] as const).find((name) => one[name] === '')
  if (missing) {
    const ErrorMessage = `Parameter ${missing} is not valid. Reason: ${missing} is a required argument.`
    return { ErrorCode: 'InvalidArgument', ErrorMessage }
  }
  const detail = readDetail(one.Detail)
  if (detail === undefined) return { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' }
  const { Source: source, DetailType, Resources: resources, Time } = one
  const event = { source, 'detail-type': DetailType, resources, detail }
  const time = Time !== undefined && { time: isoSeconds(Time * 1000) }
  return { EventId: publish(busOf(one.EventBusName), { ...event, ...time }) }
}

/** Returns the size in bytes, as EventBridge counts it (user guide, "Calculating PutEvents event entry size"). */
function sizeOf({ Source, DetailType, Detail, Resources, Time }: EventEntry): number {
  const size = Buffer.byteLength([Source, DetailType, Detail, ...Resources].join(''))
  return Time === undefined ? size : size + 14
}

function readDetail(detail: string): object | undefined {
  try {
    const value = parseJson(detail)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isoSeconds(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+/, '')
}
