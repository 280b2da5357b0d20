import { nameOf, nodesIn, type SyntaxNode } from '../syntax.ts'
import {
  constantNamed,
  descendants,
  type Edit,
  type Insertion,
  keyOf,
  propertyOf,
  type Source,
  unexpected,
  unwrapped,
} from './source.ts'

/**
 * Adds an element to the array, the object or the call that a path of names leads to, such as `aggregates` or
 * `projectContract.commands`. A constant may be a call: then its list is its first array or object, or else its
 * arguments.
 */
export function addElement(path: string, element: string): Edit {
  return (source) => {
    const list = listAt(source, path)
    const key = /^'?([\w/{}-]+)'?:/.exec(element)?.[1]
    if (key !== undefined && elementsOf(list).some((one) => keyOf(one) === key))
      throw new Error(`${source.file} already has ${key} in ${path}: choose another name.`)
    return atEndOf(list, elementsOf(list), element, source)
  }
}

/** Adds an element to a JSON array. */
export function addJsonElement(element: string): Edit {
  return (source) => {
    const list = constantNamed(source, 'json')
    if (list?.type !== 'ArrayExpression') throw unexpected(source, 'array')
    return atEndOf(list, elementsOf(list), element, source)
  }
}

/** Adds an element after the one that uses an identifier. */
export function addElementAfter(path: string, identifier: string, element: string): Edit {
  return (source) => {
    const found = elementsOf(listAt(source, path)).find((one) =>
      descendants(one).some((node) => nameOf(node) === identifier),
    )
    if (found === undefined) throw unexpected(source, `${identifier} in the list ${path}`)
    return [{ at: found.end, text: `, ${element}` }]
  }
}

function listAt(source: Source, path: string): SyntaxNode {
  const [name = '', ...keys] = path.split('.')
  let value = listIn(unwrapped(constantNamed(source, name)))
  for (const key of keys) value = listIn(propertyOf(value, key))
  if (value === undefined) throw unexpected(source, `list ${path}`)
  return value
}

function listIn(value: SyntaxNode | undefined): SyntaxNode | undefined {
  if (value?.type !== 'CallExpression') return value
  const inner = nodesIn(value['arguments']).map(unwrapped)
  return inner.find((one) => one?.type === 'ArrayExpression' || one?.type === 'ObjectExpression') ?? value
}

function elementsOf(list: SyntaxNode): SyntaxNode[] {
  return nodesIn(list['elements'] ?? list['properties'] ?? list['arguments'])
}

/** The end of a list, with a comma before it if the list has none yet. */
export function atEndOf(
  list: SyntaxNode,
  elements: readonly SyntaxNode[],
  element: string,
  { text, comments }: Pick<Source, 'text' | 'comments'>,
): Insertion[] {
  const closing = list.end - 1
  const last = elements.at(-1)
  if (last === undefined) return [{ at: closing, text: `${element},` }]
  const isComment = (index: number) => comments.some(({ start, end }) => start <= index && index < end)
  const hasComma = [...text.slice(last.end, closing)].some(
    (letter, index) => letter === ',' && !isComment(last.end + index),
  )
  return [...(hasComma ? [] : [{ at: last.end, text: ',' }]), { at: closing, text: `${element},` }]
}
