import { childrenOf, nameOf, nodesIn, parse, type Syntax, type SyntaxNode, textOf } from '../syntax.ts'

export interface Pruned {
  readonly source: string
  /** Names that the file exported before and does not export now. */
  readonly exports: readonly string[]
}

/** Returns the names that an imported file no longer exports, or `all` if the file itself is removed. */
export type Gone = (specifier: string) => 'all' | ReadonlySet<string> | undefined

/**
 * Removes from a source every import of a removed file, and each part that uses an imported name: the list element, the
 * property, the member of a union, or the statement. Names that such a statement declares are removed in turn. Comments
 * directly above a part are removed with it, and so is the path of a `deleted` file in a list of paths. Returns
 * `undefined` if the source uses nothing that is removed. Throws an Error that names file and line if a use is in no part
 * that can be removed alone.
 */
export function prune(
  file: string,
  source: string,
  gone: Gone,
  deleted: ReadonlySet<string> = new Set(),
): Pruned | undefined {
  const syntax = parse(file, source)
  const parents = parentsOf(syntax.program)
  const removed = new Set<SyntaxNode>()
  const names = new Set<string>()
  for (const statement of nodesIn(syntax.program['body'])) {
    if (!isImport(statement)) continue
    const lost = lostBy(statement, gone)
    for (const specifier of lost) names.add(nameOf(nodesIn(specifier['local'])[0]) ?? '')
    if (lost.length === 0) continue
    if (lost.length === nodesIn(statement['specifiers']).length) removed.add(statement)
    else for (const specifier of lost) removed.add(specifier)
  }
  for (const text of textsNaming(syntax.program, deleted)) {
    const part = partOf(text, parents)
    if (part !== undefined) removed.add(part)
  }
  if (names.size === 0 && removed.size === 0) return undefined

  for (let before = -1; before !== removed.size; ) {
    before = removed.size
    for (const use of usesOf(syntax.program, names, parents)) {
      if (isInside(use, removed, parents)) continue
      const part = partOf(use, parents)
      if (part === undefined) throw new Error(placed(file, source, use))
      removed.add(part)
      for (const name of declaredBy(part)) names.add(name)
    }
  }
  const exports = [...removed].filter(({ type }) => type === 'ExportNamedDeclaration').flatMap(declaredBy)
  const pruned = without(source, syntax, outermost(removed, parents), parents)
  return { source: withoutUnusedImports(file, pruned), exports }
}

/** The source without unused imports. No source has any before, because the linter rejects them. */
function withoutUnusedImports(file: string, source: string): string {
  const syntax = parse(file, source)
  const parents = parentsOf(syntax.program)
  const unused = nodesIn(syntax.program['body']).flatMap((statement) => {
    if (statement.type !== 'ImportDeclaration') return []
    const specifiers = nodesIn(statement['specifiers'])
    const idle = specifiers.filter((specifier) => {
      const name = nameOf(nodesIn(specifier['local'])[0]) ?? ''
      const uses = usesOf(syntax.program, new Set([name]), parents)
      return uses.every((use) => isInside(use, new Set([statement]), parents))
    })
    return idle.length === specifiers.length && idle.length > 0 ? [statement] : idle
  })
  return without(source, syntax, unused, parents)
}

/** Strings that are the path of a deleted file. A list of paths loses them; elsewhere they are only examples. */
function textsNaming(program: SyntaxNode, deleted: ReadonlySet<string>): SyntaxNode[] {
  const found: SyntaxNode[] = []
  const visit = (node: SyntaxNode): void => {
    for (const child of childrenOf(node)) {
      if (node.type === 'ArrayExpression' && child.type === 'Literal' && deleted.has(textOf(child) ?? ''))
        found.push(child)
      visit(child)
    }
  }
  visit(program)
  return found
}

function isImport({ type }: SyntaxNode): boolean {
  return type === 'ImportDeclaration' || type === 'ExportNamedDeclaration' || type === 'ExportAllDeclaration'
}

/** The specifiers of an import that name something removed. */
function lostBy(statement: SyntaxNode, gone: Gone): SyntaxNode[] {
  const lost = gone(textOf(nodesIn(statement['source'])[0]) ?? '')
  if (lost === undefined) return []
  const specifiers = nodesIn(statement['specifiers'])
  return specifiers.filter((specifier) => lost === 'all' || lost.has(importedBy(specifier)))
}

function importedBy(specifier: SyntaxNode): string {
  return nameOf(nodesIn(specifier['imported'])[0]) ?? nameOf(nodesIn(specifier['local'])[0]) ?? ''
}

type Parents = ReadonlyMap<SyntaxNode, SyntaxNode>

function parentsOf(program: SyntaxNode): Parents {
  const parents = new Map<SyntaxNode, SyntaxNode>()
  const visit = (node: SyntaxNode): void => {
    for (const child of childrenOf(node)) {
      parents.set(child, node)
      visit(child)
    }
  }
  visit(program)
  return parents
}

/** Identifiers that mean one of these names: keys of properties and members of objects are other names. */
function usesOf(program: SyntaxNode, names: ReadonlySet<string>, parents: Parents): SyntaxNode[] {
  const uses: SyntaxNode[] = []
  const visit = (node: SyntaxNode): void => {
    if (node.type === 'Identifier' && names.has(nameOf(node) ?? '') && !isKey(node, parents)) uses.push(node)
    for (const child of childrenOf(node)) visit(child)
  }
  visit(program)
  return uses
}

function isKey(node: SyntaxNode, parents: Parents): boolean {
  const parent = parents.get(node)
  if (parent === undefined) return false
  if (parent['computed'] === true || parent['shorthand'] === true) return false
  return [...nodesIn(parent['key']), ...nodesIn(parent['property'])].includes(node)
}

/** Statements that can be removed alone. A function or a class that uses a feature must be changed by hand. */
const statements = new Set(['ExpressionStatement', 'VariableDeclaration', 'TSTypeAliasDeclaration'])

function isStatement(node: SyntaxNode, { type }: SyntaxNode): boolean {
  if (!/^(Program|BlockStatement|FunctionBody)$/.test(type)) return false
  const declaration = node.type === 'ExportNamedDeclaration' ? nodesIn(node['declaration'])[0] : node
  return declaration !== undefined && statements.has(declaration.type)
}

/** The smallest part around a use that can be removed alone. */
function partOf(use: SyntaxNode, parents: Parents): SyntaxNode | undefined {
  for (let node = use; ; ) {
    const parent = parents.get(node)
    if (parent === undefined) return undefined
    if (isElement(node, parent)) return node
    if (isStatement(node, parent)) return node
    node = parent
  }
}

function isElement(node: SyntaxNode, { type }: SyntaxNode): boolean {
  switch (type) {
    case 'ArrayExpression':
    case 'ObjectExpression':
    case 'TSUnionType':
    case 'TSIntersectionType':
    case 'TSInterfaceBody':
    case 'TSTypeLiteral':
    case 'TSInterfaceHeritage':
      return true
    case 'TSInterfaceDeclaration':
      return node.type === 'TSInterfaceHeritage'
    default:
      return false
  }
}

/** The names that a statement declares. */
function declaredBy(part: SyntaxNode): string[] {
  if (part.type === 'ExportNamedDeclaration') return nodesIn(part['declaration']).flatMap(declaredBy)
  if (part.type === 'VariableDeclaration')
    return nodesIn(part['declarations']).flatMap((one) => nodesIn(one['id']).flatMap(namesIn))
  return statements.has(part.type) ? nodesIn(part['id']).flatMap(namesIn) : []
}

/** The names that a pattern binds. */
function namesIn(pattern: SyntaxNode): string[] {
  if (pattern.type === 'Identifier') return [nameOf(pattern) ?? '']
  if (pattern.type === 'Property') return nodesIn(pattern['value']).flatMap(namesIn)
  return childrenOf(pattern).flatMap(namesIn)
}

function isInside(node: SyntaxNode, parts: ReadonlySet<SyntaxNode>, parents: Parents): boolean {
  for (let one: SyntaxNode | undefined = node; one !== undefined; one = parents.get(one))
    if (parts.has(one)) return true
  return false
}

function outermost(parts: ReadonlySet<SyntaxNode>, parents: Parents): SyntaxNode[] {
  return [...parts].filter((part) => {
    const parent = parents.get(part)
    return parent === undefined || !isInside(parent, parts, parents)
  })
}

/** The source without these parts, their separators, and the comments directly above them. */
function without(
  source: string,
  { comments }: Syntax,
  parts: readonly SyntaxNode[],
  parents: Parents,
): string {
  const inOrder = parts.toSorted((a, b) => b.start - a.start)
  return inOrder.reduce((text, part) => {
    const start = startWithComments(source, part.start, comments)
    const separators = isUnion(parents.get(part)) ? /^/ : /^\s*[,;]|^/
    const end = part.end + (separators.exec(source.slice(part.end))?.[0].length ?? 0)
    const from = isUnion(parents.get(part)) ? barBefore(source, start) : start
    const lineStart = text.lastIndexOf('\n', from - 1) + 1
    const isWholeLine = text.slice(lineStart, from).trim() === '' && /^[^\S\n]*\n/.test(text.slice(end))
    if (!isWholeLine) return text.slice(0, from) + text.slice(end)
    return text.slice(0, lineStart) + text.slice(text.indexOf('\n', end) + 1)
  }, source)
}

function isUnion(parent: SyntaxNode | undefined): boolean {
  return parent?.type === 'TSUnionType' || parent?.type === 'TSIntersectionType'
}

/** The start of the bar before a member of a union. It is removed with the member. */
function barBefore(source: string, start: number): number {
  const bar = /[|&]\s*$/.exec(source.slice(0, start))
  return bar === null ? start : bar.index
}

function startWithComments(source: string, start: number, comments: Syntax['comments']): number {
  const above = comments.findLast(({ end }) => end <= start && isOnlySpace(source.slice(end, start)))
  if (above === undefined) return start
  const lineStart = source.lastIndexOf('\n', above.start) + 1
  // A comment behind code on the same line belongs to that code.
  if (source.slice(lineStart, above.start).trim() !== '') return start
  return startWithComments(source, above.start, comments)
}

/** Whether a text is at most the end of a line. A blank line separates a comment from the code below it. */
function isOnlySpace(text: string): boolean {
  return text.trim() === '' && text.split('\n').length <= 2
}

function placed(file: string, source: string, use: SyntaxNode): string {
  const line = source.slice(0, use.start).split('\n').length
  return `${file}:${line} uses ${nameOf(use)} outside a list: remove that use by hand, then try again.`
}
