import type * as z from 'zod'
import { refusalOfExpression } from './check-expression.ts'
import { checkTransitions } from './check-transitions.ts'
import { type Definition, definition, type State, type Workflow, workflowsOf } from './definition.ts'
import { expressionsIn, isExpression } from './expressions.ts'

/** The one integration that is modelled. */
export const invokeResource = 'arn:aws:states:::lambda:invoke'

/**
 * Reads and checks the definition of a state machine: its fields, transitions, variables and expressions.
 *
 * @throws Error of one line that names the machine, the place, and the mistake or the part that is not modelled.
 */
export function parseDefinition(machine: string, source: string): Definition {
  const json = parse(machine, source)
  const other = otherLanguage(json, json['QueryLanguage'] ?? 'JSONPath', machine)
  if (other !== undefined)
    throw new Error(
      `${other}: the query language JSONPath is not modelled by the local cloud: choose JSONata for the machine`,
    )
  const { data, error } = definition.safeParse(json)
  const [issue] = error?.issues ?? []
  if (issue) throw new Error(describe(machine, issue))
  const read = data as Definition // without an error, the schema gives it this type
  checkTransitions(machine, read)
  for (const { workflow, within } of workflowsOf(read)) {
    const outer = new Set(within.flatMap(assignedIn))
    for (const [name, state] of Object.entries(workflow.States)) {
      checkState(state, `${machine}.States.${name}`, outer)
    }
  }
  return read
}

type Json = Readonly<Record<string, unknown>>

function parse(machine: string, source: string): Json {
  try {
    const json: unknown = JSON.parse(source)
    if (typeof json === 'object' && json !== null) return json as Json // the schema checks its members
  } catch {}
  throw new Error(`${machine}: its definition is not a JSON object`)
}

/** Returns the first state that is not in JSONata. A state without a language has the language of the machine. */
function otherLanguage(workflow: Json, usual: unknown, path: string): string | undefined {
  const states = Object.entries((workflow['States'] ?? {}) as Json) // a value that is not an object has no entries
  for (const [name, value] of states) {
    const state = (value ?? {}) as Json // as above
    const place = `${path}.States.${name}`
    if ((state['QueryLanguage'] ?? usual) === 'JSONPath') return place
    const inner = [state['Branches'] ?? [], state['ItemProcessor'] ?? state['Iterator'] ?? []].flat()
    for (const one of inner) {
      const found = otherLanguage(one as Json, usual, place)
      if (found !== undefined) return found
    }
  }
  return undefined
}

function describe(machine: string, issue: z.core.$ZodIssue): string {
  const place = [machine, ...issue.path].join('.')
  return issue.code === 'unrecognized_keys'
    ? `${place}.${issue.keys[0]} is not modelled by the local cloud`
    : `${place} is not valid or not modelled by the local cloud: ${issue.message}`
}

/** Returns the variables that the states assign, without those of branches and iterations in them. */
function assignedIn({ States }: Workflow): string[] {
  return Object.values(States).flatMap((state) => {
    const all = [
      'Assign' in state ? state.Assign : {},
      ...('Catch' in state ? state.Catch.map(({ Assign }) => Assign) : []),
      ...('Choices' in state ? state.Choices.map(({ Assign }) => Assign) : []),
    ]
    return all.flatMap((assign) => Object.keys(assign ?? {}))
  })
}

function checkState(state: State, place: string, outer: ReadonlySet<string>): void {
  const taken = assignedIn({ StartAt: '', States: { state } }).find((name) => outer.has(name))
  if (taken !== undefined)
    throw new Error(`${place} assigns $${taken}, which is a variable of the workflow around it`)
  if (state.Type === 'Task') checkTask(state, place)
  if (state.Type === 'Wait' && (state.Seconds === undefined) === (state.Timestamp === undefined))
    throw new Error(`${place} takes either Seconds or Timestamp`)
  // Branches and iterations in a state are checked as workflows of their own.
  const { Branches, ItemProcessor, ...own }: Json = state
  for (const { text, field } of expressionsIn(own, '')) {
    const refused =
      refusalOfExpression(text) ??
      (/\$states\.errorOutput\b/.test(text) && !field.startsWith('/Catch[')
        ? '$states.errorOutput is known only where an error is caught'
        : undefined)
    if (refused !== undefined) throw new Error(`${place}${field.replaceAll('/', '.')}: ${refused}: ${text}`)
  }
}

function checkTask({ Resource, Arguments }: State & { Type: 'Task' }, place: string): void {
  if (Resource !== invokeResource)
    throw new Error(
      `${place}.Resource is not modelled by the local cloud: ${Resource} (${invokeResource} is)`,
    )
  if (isExpression(Arguments)) return
  if (typeof Arguments !== 'object' || Arguments === null || !('FunctionName' in Arguments))
    throw new Error(`${place}.Arguments has no FunctionName`)
  const unknown = Object.keys(Arguments).find((name) => name !== 'FunctionName' && name !== 'Payload')
  if (unknown !== undefined)
    throw new Error(`${place}.Arguments.${unknown} is not modelled by the local cloud`)
}

/** Lists the functions that the tasks of a machine name directly, not by an expression. */
export function functionsNamedIn(root: Workflow): readonly string[] {
  const states = [...workflowsOf(root)].flatMap(({ workflow }) => Object.values(workflow.States))
  const names = states.flatMap((state) => {
    const { FunctionName: name } = (state.Type === 'Task' ? (state.Arguments ?? {}) : {}) as Json // an expression has no such member
    return typeof name === 'string' && !name.startsWith('{%') ? [name] : []
  })
  return [...new Set(names)]
}
