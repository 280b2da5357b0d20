import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import * as z from 'zod'
import { account, type StackIdentity } from '../../cloud/resource-names.ts'
import { allowOnly, fieldsOf, type Properties } from '../../cloud/template.ts'
import { AwsError, type AwsRequest, type AwsService, type Log, readInput } from '../../gateway/aws-service.ts'
import { type Deliveries, openDeliveries } from '../../storage/deliveries.ts'
import { backoffMs, type DeadLetters, deadLetterAttributes, type Failure } from '../sqs/dead-letters.ts'
import { type BusEvent, compileInput } from './input.ts'
import { eventBridgeOperations } from './operations.ts'
import { compilePattern } from './pattern.ts'

export interface EventBuses {
  readonly service: AwsService
  /** Takes an event for the rules of a bus, durably, and completes its envelope. Returns its id. */
  publish(bus: string, given: BusEvent): string
  /** Of all rules, those that are disabled too. */
  readonly targets: readonly {
    rule: string
    arn: string
    /** Of the role by which it is called, where it has one. */
    roleArn: string | undefined
    deadLetters: DeadLetters | undefined
  }[]
  close: Deliveries<unknown>['close']
}

/** An `AWS::Events::Rule`, its properties resolved. */
export interface Rule {
  readonly arn: string
  readonly name: string
  readonly properties: Properties
}

/** What a rule is called, by its resolved properties: `Ref` and `Arn` (those of the default bus leave the bus out). */
export function nameRule(stack: StackIdentity, logicalId: string, properties: Properties) {
  const { Name = `${stack.stackName}-${logicalId}`, EventBusName = 'default' } = properties
  const bus = busOf(String(EventBusName))
  const path = bus === 'default' ? String(Name) : `${bus}/${Name}`
  const Arn = `arn:aws:events:${stack.region}:${account}:rule/${path}`
  return { Ref: path.replace('/', '|'), Name: String(Name), Arn }
}

const modelledOfRule = ['Name', 'Description', 'EventBusName', 'EventPattern', 'State', 'Targets', 'Tags']
const modelledOfTarget = [
  'Arn',
  'Id',
  'RoleArn',
  'DeadLetterConfig',
  'RetryPolicy',
  'InputPath',
  'InputTransformer',
]
const daySeconds = 86_400
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
 * EventBridge's buses: takes events, and delivers each to the targets of the rules that match, at least once, with
 * their retries and to their dead-letter queue at last (EventBridge user guide, "Using dead-letter queues to process
 * undelivered events"). An event for a bus that does not exist is taken and goes nowhere, as on AWS.
 *
 * @throws Error that names what of a rule is not modelled or not valid.
 */
export function openEventBuses(o: {
  readonly region: string
  readonly dataDir: string
  readonly rules: readonly Rule[]
  /**
   * Hands an event to a target, under the id of its delivery, which is the same at each attempt. Throws
   * `ResourceNotFoundException` where there is none.
   */
  readonly invoke: (targetArn: string, input: unknown, id: string) => void
  readonly findQueue: (arn: string) => DeadLetters
  readonly retryDelaysMs?: readonly number[] | undefined
  readonly log: Log
}): EventBuses {
  const rules = o.rules.map((rule) => compileRule(rule, o.findQueue))
  const targets = new Map(rules.flatMap((rule) => rule.targets.map((target) => [target.key, target])))

  const deliveries = openDeliveries<{ target: string; event: BusEvent; ingestedAt: string }, Failure>({
    file: join(o.dataDir, 'events.jsonl'),
    delaysMs: o.retryDelaysMs ?? backoffMs,
    limitsOf: (work) => targets.get(work.target)?.limits ?? { retries: 0, maxAgeMs: daySeconds * 1000 },
    async attempt({ target: key, event, ingestedAt }, id) {
      try {
        const target = targets.get(key)
        if (!target) throw new AwsError('ResourceNotFoundException', 'The rule or its target is gone')
        o.invoke(target.arn, target.input(event, ingestedAt), `${event['id']}_${id}`)
        return undefined
      } catch (error) {
        return failureOf(error)
      }
    },
    giveUp({ target: key, event }, end) {
      const target = targets.get(key)
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

  function put(one: EventEntry): object {
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

  const read = (request: AwsRequest) => readInput(request, inputs, 'ValidationException').Entries
  return {
    service: {
      targets: ['AWSEvents'],
      operations: eventBridgeOperations,
      permissions: (request) =>
        read(request).map(({ EventBusName }) => ({
          action: 'events:PutEvents',
          resource: `arn:aws:events:${o.region}:${account}:event-bus/${busOf(EventBusName)}`,
        })),
      async handle(request) {
        const all = read(request)
        if (all.reduce((bytes, one) => bytes + sizeOf(one), 0) > maxBytes)
          throw new AwsError('ValidationException', tooLarge)
        const Entries = all.map(put)
        const FailedEntryCount = Entries.filter((answer) => 'ErrorCode' in answer).length
        return { status: 200, body: JSON.stringify({ Entries, FailedEntryCount }) }
      },
    },
    publish,
    targets: [...targets.values()],
    close: deliveries.close,
  }
}

function compileRule({ arn, name, properties }: Rule, findQueue: (arn: string) => DeadLetters) {
  allowOnly(modelledOfRule, properties, name)
  const { EventPattern, EventBusName = 'default', State, Targets = [] } = properties
  const matches = compilePattern(EventPattern)
  // An array of objects, by CloudFormation's schema.
  const targets = (Targets as Properties[]).map((target) => {
    allowOnly(modelledOfTarget, target, `${name}.Targets`)
    const policy = fieldsOf(target['RetryPolicy'])
    const { MaximumRetryAttempts: retries = 185, MaximumEventAgeInSeconds: age = daySeconds } = policy
    const deadLetters = fieldsOf(target['DeadLetterConfig'])['Arn']
    return {
      rule: arn,
      key: `${arn} ${target['Id']}`,
      arn: String(target['Arn']),
      limits: { retries: Number(retries), maxAgeMs: Number(age) * 1000 },
      input: compileInput(target, { arn, name }),
      roleArn: target['RoleArn'] === undefined ? undefined : String(target['RoleArn']),
      deadLetters: deadLetters === undefined ? undefined : findQueue(String(deadLetters)),
    }
  })
  const isOn = State !== 'DISABLED'
  return { bus: busOf(String(EventBusName)), matches: (event: BusEvent) => isOn && matches(event), targets }
}

/** A target that is gone, or whose input is no JSON, is not tried again; anything else may be well next time. */
function failureOf(error: unknown): Failure {
  const message = error instanceof Error ? error.message : String(error)
  if (error instanceof SyntaxError) return { code: 'INVALID_JSON', message, final: true }
  const isGone = error instanceof AwsError && error.code === 'ResourceNotFoundException'
  return { code: isGone ? 'NO_RESOURCE' : 'ERROR_FROM_TARGET', message, final: isGone }
}

/** A bus is named by its name or its ARN. */
function busOf(nameOrArn: string): string {
  return nameOrArn.replace(/^arn:.*:event-bus\//, '')
}

/** In bytes, as EventBridge counts (user guide, "Calculating PutEvents event entry size"). */
function sizeOf({ Source, DetailType, Detail, Resources, Time }: EventEntry): number {
  const size = Buffer.byteLength([Source, DetailType, Detail, ...Resources].join(''))
  return Time === undefined ? size : size + 14
}

function readDetail(detail: string): object | undefined {
  try {
    const value: unknown = JSON.parse(detail)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isoSeconds(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+/, '')
}
