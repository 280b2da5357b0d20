import * as z from 'zod'

/** A text that is an expression. */
const expression = z
  .string()
  .regex(/^\{%.*%\}$/s, 'is not a JSONata expression, which begins with {% and ends with %}')
/** Any JSON. Its texts may be expressions. */
const template = z.unknown()
const text = z.string()
const count = z.union([z.int().min(0), expression])

const assigned = { Assign: z.record(text, template).optional(), Output: template.optional() }
const common = { Comment: text.optional(), QueryLanguage: z.literal('JSONata').optional() }
const passing = { ...common, ...assigned, Next: text.optional(), End: z.literal(true).optional() }

const retrier = z.strictObject({
  ErrorEquals: z.array(text).min(1),
  IntervalSeconds: z.int().min(1).default(1),
  MaxAttempts: z.int().min(0).default(3),
  BackoffRate: z.number().min(1).default(2),
  MaxDelaySeconds: z.int().min(1).optional(),
  JitterStrategy: z.enum(['NONE', 'FULL']).default('NONE'),
  Comment: text.optional(),
})
const catcher = z.strictObject({
  ...assigned,
  ErrorEquals: z.array(text).min(1),
  Next: text,
  Comment: text.optional(),
})
const handling = { Retry: z.array(retrier).default([]), Catch: z.array(catcher).default([]) }

/** A set of states with a start: a machine, a branch, or the iteration of a Map. */
export interface Workflow {
  readonly StartAt: string
  readonly States: Readonly<Record<string, State>>
}
const workflow: z.ZodType<Workflow> = z.lazy(() =>
  z.strictObject({
    StartAt: text,
    States: z.record(text, state),
    Comment: text.optional(),
    ProcessorConfig: z.strictObject({ Mode: z.literal('INLINE') }).optional(),
  }),
)

const choice = z.strictObject({ ...assigned, Condition: expression, Next: text, Comment: text.optional() })
const task = z.strictObject({
  Type: z.literal('Task'),
  ...passing,
  ...handling,
  Resource: text,
  Arguments: template,
  TimeoutSeconds: count.optional(),
})
const parallel = z.strictObject({
  Type: z.literal('Parallel'),
  ...passing,
  ...handling,
  Arguments: template.optional(),
  Branches: z.array(workflow).min(1),
})
const map = z.strictObject({
  Type: z.literal('Map'),
  ...passing,
  ...handling,
  ItemProcessor: workflow,
  Items: z.union([expression, z.array(template)]).optional(),
  ItemSelector: template.optional(),
  MaxConcurrency: count.optional(),
})
const wait = z.strictObject({
  Type: z.literal('Wait'),
  ...passing,
  Seconds: count.optional(),
  Timestamp: text.optional(),
})
const choose = z.strictObject({
  Type: z.literal('Choice'),
  ...common,
  ...assigned,
  Choices: z.array(choice).min(1),
  Default: text.optional(),
})
const pass = z.strictObject({ Type: z.literal('Pass'), ...passing })
const succeed = z.strictObject({ Type: z.literal('Succeed'), ...common, Output: template.optional() })
const fail = z.strictObject({
  Type: z.literal('Fail'),
  ...common,
  Error: text.optional(),
  Cause: text.optional(),
})
const state = z.discriminatedUnion('Type', [task, parallel, map, wait, choose, pass, succeed, fail])

/** The part of the Amazon States Language that the local cloud models, with JSONata. */
export const definition = z.strictObject({
  Comment: text.optional(),
  Version: z.literal('1.0').optional(),
  StartAt: text,
  States: z.record(text, state),
  TimeoutSeconds: z.int().min(1).optional(),
  QueryLanguage: z.literal('JSONata').optional(),
})

export type Definition = Readonly<z.output<typeof definition>>
export type State = Readonly<z.output<typeof state>>
export type Task = Readonly<z.output<typeof task>>
export type Parallel = Readonly<z.output<typeof parallel>>
export type MapState = Readonly<z.output<typeof map>>
export type Wait = Readonly<z.output<typeof wait>>
export type Choice = Readonly<z.output<typeof choose>>
export type Retrier = Readonly<z.output<typeof retrier>>
export type Catcher = Readonly<z.output<typeof catcher>>

/** Yields every workflow of a definition, with the workflows around it, outermost first. */
export function* workflowsOf(
  root: Workflow,
  within: readonly Workflow[] = [],
): Generator<{ readonly workflow: Workflow; readonly within: readonly Workflow[] }> {
  yield { workflow: root, within }
  for (const one of Object.values(root.States)) {
    const inner = one.Type === 'Parallel' ? one.Branches : one.Type === 'Map' ? [one.ItemProcessor] : []
    for (const each of inner) yield* workflowsOf(each, [...within, root])
  }
}
