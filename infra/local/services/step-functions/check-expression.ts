import { compileExpression } from './expressions.ts'

/** The part of a node of jsonata's syntax tree that is read here. */
type Node = Readonly<Record<string, unknown>>

/** Parts of a node that are evaluated on its result, or on each item of the result. */
const inner = new Set(['predicate', 'stages', 'group'])

/**
 * Returns why AWS would refuse an expression; `undefined` if AWS would accept it. An expression may read only
 * `$states` and variables, so AWS also refuses one that reads a context.
 */
export function refusalOfExpression(text: string): string | undefined {
  try {
    const name = contextRead(compileExpression(text).ast())
    return name === undefined ? undefined : `Reference to '${name}' at the top level is not supported`
  } catch (error) {
    // jsonata throws objects with a message.
    return `not valid JSONata (${(error as { message?: string }).message})`
  }
}

/** Returns the first name, `$` or `$$` that is read from the context of the whole expression. */
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
