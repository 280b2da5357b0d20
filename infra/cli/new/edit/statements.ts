import { nameOf, nodesIn, type SyntaxNode, textOf } from '../syntax.ts'
import {
  descendants,
  type Edit,
  functionNamed,
  type Insertion,
  type Source,
  typeNamed,
  unexpected,
} from './source.ts'

/**
 * Adds an import, as `import { a, type B }` has it. Names join the import of the same file, if there is
 * one. The formatter sorts them.
 */
export function addImport(names: readonly string[], from: string): Edit {
  return ({ program }) => {
    const same = nodesIn(program['body']).find(
      (node) => node.type === 'ImportDeclaration' && textOf(nodesIn(node['source'])[0]) === from,
    )
    const specifiers = nodesIn(same?.['specifiers'])
    const imported = specifiers.map((one) => nameOf(nodesIn(one['local'])[0]))
    const missing = names.filter((name) => !imported.includes(name.replace(/^type /, '')))
    const last = specifiers.at(-1)
    const joins = last?.type === 'ImportSpecifier' && same?.['importKind'] !== 'type'
    if (missing.length === 0) return []
    return joins
      ? [{ at: last.end, text: missing.map((name) => `, ${name}`).join('') }]
      : [{ at: 0, text: `import { ${missing.join(', ')} } from '${from}'\n` }]
  }
}

/** Adds an import such as `import * as z from 'zod/mini'`, unless the source has it. */
export function addNamespaceImport(name: string, from: string): Edit {
  return ({ program }) => {
    const exists = nodesIn(program['body']).some(
      (node) =>
        textOf(nodesIn(node['source'])[0]) === from &&
        nodesIn(node['specifiers']).some(({ type }) => type === 'ImportNamespaceSpecifier'),
    )
    return exists ? [] : [{ at: 0, text: `import * as ${name} from '${from}'\n` }]
  }
}

/** Adds a declaration at the end of a source. */
export function addDeclaration(text: string): Edit {
  return (source) => [{ at: source.text.length, text: `\n${text}\n` }]
}

/** Adds a declaration before the statement that declares a name, and before the comment on it. */
export function addDeclarationBefore(name: string, text: string): Edit {
  return (source) => {
    const statement = nodesIn(source.program['body']).find((node) =>
      [node, ...nodesIn(node['declaration'])].flatMap(declaredBy).includes(name),
    )
    if (statement === undefined) throw unexpected(source, `declaration of ${name}`)
    return [{ at: startWithComments(source, statement.start), text: `${text}\n\n` }]
  }
}

/** The names that a statement declares. */
function declaredBy(node: SyntaxNode): string[] {
  const declared = node.type === 'VariableDeclaration' ? nodesIn(node['declarations']) : [node]
  return declared.map((one) => nameOf(nodesIn(one['id'])[0]) ?? '')
}

function startWithComments(source: Source, start: number): number {
  const above = source.comments.findLast(({ end }) => end <= start)
  const belongs = above !== undefined && /^\s*$/.test(source.text.slice(above.end, start))
  return belongs ? startWithComments(source, above.start) : start
}

/** Adds a statement to a function, before it returns. */
export function addStatement(name: string, text: string): Edit {
  return (source) => {
    const body = nodesIn(functionNamed(source, name)?.['body'])[0]
    if (body === undefined) throw unexpected(source, `function ${name}`)
    const last = nodesIn(body['body']).at(-1)
    return [{ at: last?.type === 'ReturnStatement' ? last.start : body.end - 1, text: `${text}\n` }]
  }
}

/** Adds a case to the `switch` of a function that asks for `discriminant`, such as `event.type`. */
export function addCase(name: string, discriminant: string, text: string): Edit {
  return (source) => {
    const found = functionNamed(source, name)
    const [choice] = found === undefined ? [] : switchesIn(found, discriminant, source)
    if (choice === undefined) throw unexpected(source, `switch (${discriminant}) in ${name}`)
    return [endOfCases(choice, text)]
  }
}

/** Adds a case to every other `switch` on `discriminant` without a default whose function returns a string. */
export function addTextCases(except: string, discriminant: string, text: string): Edit {
  return (source) =>
    nodesIn(source.program['body'])
      .filter(
        (node) =>
          node.type === 'FunctionDeclaration' &&
          nameOf(nodesIn(node['id'])[0]) !== except &&
          nodesIn(nodesIn(node['returnType'])[0]?.['typeAnnotation'])[0]?.type === 'TSStringKeyword',
      )
      .flatMap((node) => switchesIn(node, discriminant, source))
      .filter((choice) => !nodesIn(choice['cases']).some(isDefault))
      .map((choice) => endOfCases(choice, text))
}

function switchesIn(node: SyntaxNode, discriminant: string, { text }: Source): SyntaxNode[] {
  return descendants(node).filter((one) => {
    const asked = nodesIn(one['discriminant'])[0]
    return (
      one.type === 'SwitchStatement' &&
      asked !== undefined &&
      text.slice(asked.start, asked.end) === discriminant
    )
  })
}

function endOfCases(choice: SyntaxNode, text: string): Insertion {
  const at = nodesIn(choice['cases']).find(isDefault)?.start ?? choice.end - 1
  return { at, text: `${text}\n` }
}

function isDefault(one: SyntaxNode): boolean {
  return nodesIn(one['test']).length === 0
}

/** Adds a member to the union in the declaration of a type. */
export function addUnionMember(type: string, member: string): Edit {
  return (source) => {
    const union = descendants(typeNamed(source, type)).find((node) => node.type === 'TSUnionType')
    const last = nodesIn(union?.['types']).at(-1)
    if (last === undefined) throw unexpected(source, `union type ${type}`)
    return [{ at: last.end, text: ` | ${member}` }]
  }
}

/** The member of a state's union that is not `{ readonly status: 'none' }`, if there is exactly one, with fields of its own. */
export function existingState(source: Source, type: string): SyntaxNode | undefined {
  const members = nodesIn(typeNamed(source, type)?.['types']).flatMap(literalsIn)
  const existing = members.filter((member) => nodesIn(member['members']).length > 1)
  const [only] = existing
  return members.length === 2 && existing.length === 1 ? only : undefined
}

/** The object types in a member, which may extend a named type. */
function literalsIn(member: SyntaxNode): SyntaxNode[] {
  return descendants(member).filter(({ type }) => type === 'TSTypeLiteral')
}

/** Adds a field to that member. */
export function addStateField(type: string, field: string): Edit {
  return (source) => {
    const last = nodesIn(existingState(source, type)?.['members']).at(-1)
    if (last === undefined) throw unexpected(source, `type ${type} with one state besides none`)
    return [{ at: last.end, text: `\n${field}` }]
  }
}
