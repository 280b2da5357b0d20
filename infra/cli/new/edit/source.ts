import { childrenOf, nameOf, nodesIn, parse, type Syntax, type SyntaxNode, textOf } from '../syntax.ts'

/** A parsed file that is about to be edited. */
export interface Source extends Syntax {
  readonly file: string
  readonly text: string
}

/** A text for a place in a source. It replaces the source up to `end`, if that is given. */
export interface Insertion {
  readonly at: number
  readonly end?: number
  readonly text: string
}

/** Decides where a source changes. Throws an Error that names the file if the expected place is missing. */
export type Edit = (source: Source) => readonly Insertion[]

/** A page has no syntax: its edits look at the text. */
export function sourceOf(file: string, text: string): Source {
  if (file.endsWith('.md')) return { file, text, ...parse('page.ts', '') }
  return { file, text, ...parse(file, text) }
}

/** The text of a source after one edit. */
export function edited(file: string, text: string, edit: Edit): string {
  // From the end, so that the places of the others stay. Of two texts for one place, the first comes first.
  return edit(sourceOf(file, text))
    .toReversed()
    .toSorted((a, b) => b.at - a.at)
    .reduce((before, { at, end = at, text: added }) => before.slice(0, at) + added + before.slice(end), text)
}

/** An Error for a file that does not have the form that an edit expects. */
export function unexpected({ file }: Pick<Source, 'file'>, missing: string): Error {
  return new Error(`${file} has no ${missing}: restore it, or make this change by hand.`)
}

/** The declarations at the top level of a source, without `export`. */
export function declarationsIn({ program }: Pick<Source, 'program'>): SyntaxNode[] {
  return nodesIn(program['body']).flatMap((statement) =>
    statement.type === 'ExportNamedDeclaration' ? nodesIn(statement['declaration']) : [statement],
  )
}

/** The declaration of a function at the top level. */
export function functionNamed(source: Source, name: string): SyntaxNode | undefined {
  return declarationsIn(source).find(
    (node) => node.type === 'FunctionDeclaration' && nameOf(nodesIn(node['id'])[0]) === name,
  )
}

/** The initial value of a constant at the top level. */
export function constantNamed(source: Pick<Source, 'program'>, name: string): SyntaxNode | undefined {
  return declarationsIn(source)
    .filter(({ type }) => type === 'VariableDeclaration')
    .flatMap((node) => nodesIn(node['declarations']))
    .filter((declarator) => nameOf(nodesIn(declarator['id'])[0]) === name)
    .flatMap((declarator) => nodesIn(declarator['init']))[0]
}

/** The type that a type alias at the top level names. */
export function typeNamed(source: Source, name: string): SyntaxNode | undefined {
  return declarationsIn(source)
    .filter((node) => node.type === 'TSTypeAliasDeclaration' && nameOf(nodesIn(node['id'])[0]) === name)
    .flatMap((node) => nodesIn(node['typeAnnotation']))[0]
}

/** The value inside `as const`, `satisfies` and parentheses. */
export function unwrapped(node: SyntaxNode | undefined): SyntaxNode | undefined {
  return node !== undefined &&
    /^(TSAsExpression|TSSatisfiesExpression|ParenthesizedExpression)$/.test(node.type)
    ? unwrapped(nodesIn(node['expression'])[0])
    : node
}

/** The name of a property, an identifier or a string. */
export function keyOf(property: SyntaxNode): string | undefined {
  const key = nodesIn(property['key'])[0]
  return nameOf(key) ?? textOf(key)
}

/** The value of a property of an object. */
export function propertyOf(object: SyntaxNode | undefined, name: string): SyntaxNode | undefined {
  if (object?.type !== 'ObjectExpression') return undefined
  const property = nodesIn(object['properties']).find((one) => keyOf(one) === name)
  return unwrapped(nodesIn(property?.['value'])[0])
}

/** Every node below a node, itself included, in the order of the source. */
export function descendants(node: SyntaxNode | undefined): SyntaxNode[] {
  return node === undefined ? [] : [node, ...childrenOf(node).flatMap(descendants)]
}
