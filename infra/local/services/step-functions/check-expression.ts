import { compileExpression } from './expressions.ts'

/** As much of a node of jsonata's syntax tree as is looked at here. */
type Node = Readonly<Record<string, unknown>>

/** Parts of a node that are evaluated on what it gives, or on each item of that. */
const inner = new Set(['predicate', 'stages', 'group'])

/**
 * Why AWS would refuse an expression; `undefined` if it would accept it. AWS also refuses an expression that
 * reads a context: there is only `$states`, and variables.
 */
export function refusalOfExpression(text: string): string | undefined {
  try {
    const name = contextRead(compileExpression(text).ast())
    return name === undefined ? undefined : `Reference to '${name}' at the top level is not supported`
  } catch (error) {
    // jsonata throws objects with a message.
    return `no JSONata (${(error as { message?: string }).message})`
  }
}

/** The first name, `$` or `$$` that is read from the context that an expression has as a whole. */
function contextRead(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const { type, value: name, steps, ...node } = value as Node // its members are looked at one by one
  if (type === 'name' || type === 'wildcard' || type === 'descendant') return String(name)
  if (type === 'variable' && (name === '' || name === '$')) return `$${name}`
  if (type === 'transform') return undefined
  const [first] = Array.isArray(steps) ? steps : []
  const parts = Object.entries(node).filter(([key]) => !inner.has(key))
  return [first, ...parts.map(([, part]) => part)].map(contextRead).find((found) => found !== undefined)
}
