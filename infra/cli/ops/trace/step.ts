import * as z from 'zod/mini'
import { jsonText } from '../printing.ts'
import type { FunctionLine } from './logs.ts'

/** One step on the path of a request. */
export interface Step {
  /** In milliseconds since 1970. */
  readonly at: number
  /** The function that did it, or `event store`. */
  readonly component: string
  readonly what: string
  readonly outcome: string
  readonly isFailure: boolean
  /** The fields of the log line. */
  readonly line?: Readonly<Record<string, unknown>>
}

const logLine = z.looseObject({
  level: z.optional(z.string()),
  message: z.string(),
  timestamp: z.optional(z.string()),
})

type Line = z.infer<typeof logLine>

/** Fields of every line that say nothing about the step. */
const omitted = new Set([
  'level',
  'message',
  'timestamp',
  'service',
  'sampling_rate',
  'xray_trace_id',
  'correlationId',
  'correlationIds',
  'requestId',
  'cost',
])

/** The subject of each known line. Any other line is shown with its message and all of its fields. */
const subjects: Readonly<Record<string, (line: Line) => readonly unknown[]>> = {
  request: ({ method, route, command }) => [command === undefined ? route : `${method} ${command}`],
  'request failed': ({ method, route }) => [method, route],
  registered: ({ userId }) => ['register', userId],
  'not registered': ({ userId }) => ['register', userId],
  projected: ({ generation, stream }) => ['project', generation, stream],
  'stream was not projected': ({ stream }) => ['project', stream],
  forwarded: ({ stream }) => ['forward', stream],
  'forwarded, no longer parked': ({ stream }) => ['forward', stream],
  'stream was not forwarded': ({ stream }) => ['forward', stream],
  'stream is parked': ({ generation, stream }) => [
    generation === undefined ? 'forward' : 'project',
    generation,
    stream,
  ],
  reacted: ({ reaction, event }) => [reaction, event],
  'reaction failed': ({ reaction, event }) => [reaction, event],
  'reaction is postponed': ({ reaction, event }) => [reaction, event],
  'event is postponed': ({ queue, event }) => [withoutGenerated(queue), event],
  'step done': ({ step, uploadId }) => [step, uploadId],
  'step failed': ({ step, uploadId }) => [step, uploadId],
}

/** The outcome of each known line, if its message does not already tell. */
const outcomes: Readonly<Record<string, (line: Line) => readonly unknown[]>> = {
  request: ({ status, problem, ms }) => [status, problem, ms === undefined ? undefined : `in ${ms} ms`],
  registered: () => ['done'],
  projected: ({ version }) => ['done', `at version ${version}`],
  forwarded: ({ sent }) => [`${sent} sent`],
  'forwarded, no longer parked': ({ sent }) => [`${sent} sent, no longer parked`],
  'stream is parked': ({ version, reason }) => ['PARKED', `after version ${version}`, reason],
  reacted: ({ outcome, repeated }) => [outcome, repeated === true ? '(handled before)' : undefined],
  'event is postponed': ({ delaySeconds }) => [`postponed for ${delaySeconds} s`],
  'reaction is postponed': ({ reason }) => ['postponed:', reason],
  'step done': ({ outcome, reason }) => [outcome ?? 'done', reason],
}

/** Reads a line of a log as a step. A line that is no JSON, such as one of Lambda itself, is shown as it is. */
export function stepOf({ functionName: component, at, text }: FunctionLine): Step {
  const line = logLine.safeParse(parse(text)).data
  if (line === undefined) return { at, component, what: text.trim(), outcome: '', isFailure: false }
  const { level, message, timestamp } = line
  const isFailure = level === 'ERROR' || level === 'CRITICAL'
  const known = subjects[message]
  const said = outcomes[message]?.(line) ?? [...(known === undefined ? [] : [message]), reasonOf(line)]
  const written = Date.parse(timestamp ?? '')
  // CloudWatch has its own time for lines that it did not read as JSON.
  const end = Number.isNaN(written) ? at : written
  return {
    // The line of a request is written at its end, and the request comes before everything that it causes.
    at: message === 'request' && typeof line['ms'] === 'number' ? end - line['ms'] : end,
    component,
    what: known === undefined ? [message, ...fieldsOf(line)].join(' ') : join(known(line)),
    outcome: join(said),
    isFailure,
    line,
  }
}

/** Every correlation id of a line. Lines about a batch have several. */
export function correlationIdsIn({ line = {} }: Step): readonly string[] {
  const { correlationId, correlationIds } = line
  const listed: readonly unknown[] = Array.isArray(correlationIds) ? correlationIds : []
  return [correlationId, ...listed].filter((id) => typeof id === 'string')
}

function reasonOf({ error }: Line): unknown {
  const { name, message, code } = Object(error)
  return message === undefined ? undefined : `${code ?? name}: ${message}`
}

function fieldsOf(line: Line): readonly string[] {
  return Object.entries(line)
    .filter(([name]) => !omitted.has(name) && name !== 'error')
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : jsonText(value)}`)
}

/** The name of a queue without what CDK and CloudFormation add to it. */
function withoutGenerated(name: unknown): string {
  return /(?:^|-)([A-Z][A-Za-z]*?)(?:[0-9A-F]{8})?(?:-[A-Za-z0-9]+)?$/.exec(String(name))?.[1] ?? String(name)
}

function join(parts: readonly unknown[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join(' ')
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
