import jsonata from 'jsonata'
import { functions } from './functions.ts'

/** Values by the names of variables, without their `$`. */
export type Variables = Readonly<Record<string, unknown>>

/** Thrown if an expression has no JSON value. `location` names its field, such as `Output/name`. */
export class EvaluationError extends Error {
  readonly location: string
  constructor(message: string, location: string) {
    super(message)
    this.name = 'EvaluationError'
    this.location = location
  }
}

const compiled = new Map<string, jsonata.Expression>()

export function isExpression(value: unknown): value is string {
  return typeof value === 'string' && value.startsWith('{%') && value.endsWith('%}')
}

/** Compiles an expression. Throws if it is not valid JSONata. */
export function compileExpression(text: string): jsonata.Expression {
  const there = compiled.get(text)
  if (there !== undefined) return there
  const expression = jsonata(sourceOf(text))
  compiled.set(text, expression)
  return expression
}

/** Yields every expression in a template, with its field. */
export function* expressionsIn(
  template: unknown,
  field: string,
): Generator<{ readonly text: string; readonly field: string }> {
  if (isExpression(template)) yield { text: template, field }
  else if (Array.isArray(template)) {
    for (const [index, item] of template.entries()) yield* expressionsIn(item, `${field}[${index}]`)
  } else if (typeof template === 'object' && template !== null) {
    for (const [key, item] of Object.entries(template)) yield* expressionsIn(item, `${field}/${key}`)
  }
}

/** Evaluates a template: each text that is an expression becomes its value. Throws EvaluationError. */
export async function evaluate(template: unknown, field: string, variables: Variables): Promise<unknown> {
  if (isExpression(template)) return evaluateExpression(template, field, variables)
  if (Array.isArray(template)) {
    const items = template.map((item, index) => evaluate(item, `${field}[${index}]`, variables))
    return Promise.all(items)
  }
  if (typeof template !== 'object' || template === null) return template
  const entries = Object.entries(template).map(
    async ([key, item]) => [key, await evaluate(item, `${field}/${key}`, variables)] as const,
  )
  return Object.fromEntries(await Promise.all(entries))
}

async function evaluateExpression(text: string, field: string, variables: Variables): Promise<unknown> {
  const refused = (what: string) =>
    new EvaluationError(
      `The JSONata expression '${sourceOf(text)}' specified for the field '${field}' ${what}`,
      field,
    )
  const value: unknown = await compileExpression(text)
    .evaluate(undefined, { ...variables, ...functions })
    .catch((error: unknown) => {
      // jsonata throws objects with a message.
      throw refused(`threw an error during evaluation. ${(error as { message?: string }).message ?? error}`)
    })
  if (value === undefined) throw refused('returned nothing (undefined).')
  // A function of jsonata is an object too; any other value becomes plain JSON.
  const marks = ['_jsonata_lambda', '_jsonata_function']
  const isFunction = typeof value === 'function' || (isObject(value) && marks.some((mark) => mark in value))
  if (isFunction) throw refused('returned an unsupported result type.')
  return JSON.parse(JSON.stringify(value))
}

function sourceOf(text: string): string {
  return text.slice(2, -2).trim()
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
