import { parseSync, visitorKeys } from 'oxc-parser'

/** A node of a syntax tree, as far as this tool looks at it: its kind, its place in the source, and its children. */
export interface SyntaxNode {
  readonly type: string
  readonly start: number
  readonly end: number
  readonly [key: string]: unknown
}

export interface Syntax {
  readonly program: SyntaxNode
  readonly comments: readonly { readonly start: number; readonly end: number }[]
}

/** Parses TypeScript. Throws an Error that names the file if the source has an error. */
export function parse(file: string, source: string): Syntax {
  const { program, comments, errors } = parseSync(file, source, { lang: 'ts', sourceType: 'module' })
  const [error] = errors
  if (error !== undefined) throw new Error(`${file} cannot be parsed: ${error.message}`)
  // Every node has these three fields; its children are found by `visitorKeys`.
  return { program: program as unknown as SyntaxNode, comments }
}

/** The direct children of a node, in the order of the source. */
export function childrenOf(node: SyntaxNode): SyntaxNode[] {
  return (visitorKeys[node.type] ?? []).flatMap((key) => nodesIn(node[key]))
}

/** The nodes in a field: one, several, or none. */
export function nodesIn(value: unknown): SyntaxNode[] {
  if (Array.isArray(value)) return value.flatMap(nodesIn)
  return isNode(value) ? [value] : []
}

function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value
}

/** The text of a field that holds a name, such as that of an identifier. */
export function nameOf(node: SyntaxNode | undefined): string | undefined {
  const name = node?.['name']
  return typeof name === 'string' ? name : undefined
}

/** The text of a string literal. */
export function textOf(node: SyntaxNode | undefined): string | undefined {
  const value = node?.['value']
  return typeof value === 'string' ? value : undefined
}
