import { childrenOf, nameOf, nodesIn, type SyntaxNode, textOf } from '../syntax.ts'
import { constantNamed, type Edit, type Insertion, type Source } from './source.ts'

/** The expression by which the handlers of queries choose a version. */
export const chosenBy = 'context.generation(projection).version'

/** A use of something that a version's queries export. */
interface Use {
  readonly node: SyntaxNode
  /** Whether the use is in a function with a parameter `context`, by which the live version is known. */
  readonly knowsContext: boolean
}

/** Whether every use of a version's queries in a file of handlers can choose the version that is live. */
export function canChoose(source: Source, version: number): boolean {
  const used = usesIn(source, version)
  return (
    constantNamed(source, 'projection') !== undefined &&
    used.length > 0 &&
    used.every(({ knowsContext }) => knowsContext)
  )
}

/** Lets every use of a version's queries choose the version that is live, by a function `versionOf`. */
export function chooseVersion(version: number): Edit {
  return (source) => {
    const statement = importOf(source, version)
    if (statement === undefined) return []
    const uses = usesIn(source, version).map(({ node }): Insertion => {
      return { at: node.start, text: 'versionOf(context).' }
    })
    const types = nodesIn(statement['specifiers']).filter(isType)
    const names = types.map((one) => nameOf(nodesIn(one['local'])[0])).join(', ')
    const typeImport = types.length === 0 ? '' : `import type { ${names} } from ${pathOf(version)}\n`
    const text = `${typeImport}import * as v${version} from ${pathOf(version)}`
    return [{ at: statement.start, end: statement.end, text }, ...uses]
  }
}

function pathOf(version: number): string {
  return `'./v${version}/queries.ts'`
}

function importOf({ program }: Source, version: number): SyntaxNode | undefined {
  return nodesIn(program['body']).find(
    (node) =>
      node.type === 'ImportDeclaration' && `'${textOf(nodesIn(node['source'])[0])}'` === pathOf(version),
  )
}

function isType(specifier: SyntaxNode): boolean {
  return specifier['importKind'] === 'type'
}

function usesIn(source: Source, version: number): Use[] {
  const statement = importOf(source, version)
  const imported = nodesIn(statement?.['specifiers'])
    .filter((one) => !isType(one))
    .map((one) => nameOf(nodesIn(one['local'])[0]))
  const visit = (node: SyntaxNode, knowsContext: boolean): Use[] => {
    if (node === statement) return []
    if (node.type === 'Identifier' && imported.includes(nameOf(node))) return [{ node, knowsContext }]
    const knows = knowsContext || nodesIn(node['params']).some((one) => nameOf(one) === 'context')
    // A key, or the name of a member, is another name.
    const names = node['computed'] === true ? [] : [...nodesIn(node['key']), ...nodesIn(node['property'])]
    return childrenOf(node)
      .filter((child) => !names.includes(child))
      .flatMap((child) => visit(child, knows))
  }
  return visit(source.program, false)
}
