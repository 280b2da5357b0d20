import { BlockList, isIP } from 'node:net'
import { anyText, matchesGlob } from '../../cloud/glob.ts'

type Fields = Readonly<Record<string, unknown>>
/** Tests one value of a field that is neither an object nor an array. */
type Test = (leaf: unknown) => boolean
/** Tests an object. `peers` are all objects at its path, because `exists: false` must hold for each of them. */
type Matcher = (object: Fields, peers: readonly Fields[]) => boolean

/** Whether an event matches a pattern. Throws like {@link compilePattern}. */
export function matches(pattern: unknown, event: unknown): boolean {
  return compilePattern(pattern)(event)
}

/**
 * Compiles an event pattern of an EventBridge rule or of a Lambda event filter, which use the same language
 * (EventBridge user guide, "Comparison operators for use in event patterns"). An array in the event matches if one of
 * its elements does. Several fields of objects in an array must match within one of the objects.
 *
 * @throws Error that names the place, if AWS would refuse the pattern when it is created.
 */
export function compilePattern(pattern: unknown): (event: unknown) => boolean {
  const matcher = compileObject(pattern, '$')
  return (event) => isObject(event) && matcher(event, [event])
}

function compileObject(pattern: unknown, at: string): Matcher {
  const fields = isObject(pattern) ? Object.entries(pattern) : []
  if (fields.length === 0) throw malformed(at, 'must be an object with fields, or an array of conditions')
  const matchers = fields.map(([key, value]) => compileField(key, value, `${at}.${key}`))
  return (object, peers) => matchers.every((matcher) => matcher(object, peers))
}

function compileField(key: string, value: unknown, at: string): Matcher {
  if (!Array.isArray(value)) {
    const nested = compileObject(value, at)
    return (object, peers) => {
      const below = objectsIn(object[key])
      const peersBelow = peers.flatMap((peer) => objectsIn(peer[key]))
      return (below.length > 0 ? below : [{}]).some((child) => nested(child, peersBelow))
    }
  }
  if (value.length < (key === '$or' ? 2 : 1)) throw malformed(at, 'has too few alternatives')
  if (key === '$or') {
    const alternatives = value.map((alternative, index) => compileObject(alternative, `${at}[${index}]`))
    return (object, peers) => alternatives.some((alternative) => alternative(object, peers))
  }
  const tests = value.map((condition, index) => compileCondition(condition, `${at}[${index}]`))
  return (object, peers) =>
    tests.some((test) =>
      test === 'absent'
        ? peers.every((peer) => leavesIn(peer[key]).length === 0)
        : leavesIn(object[key]).some(test),
    )
}

function compileCondition(condition: unknown, at: string): Test | 'absent' {
  if (isLeaf(condition)) return (leaf) => leaf === condition
  const [operator, operand] = onlyEntry(condition, at)
  if (operator === 'exists' && typeof operand === 'boolean') return operand ? () => true : 'absent'
  if (operator === 'numeric') return compileNumeric(operand, at)
  if (operator === 'cidr') return compileCidr(operand, at)
  if (operator !== 'anything-but') return compileText(operator, operand, at)
  const [inner, inside] = isObject(operand) ? onlyEntry(operand, at) : ['', operand]
  const list: readonly unknown[] = Array.isArray(inside) ? inside : [inside]
  const kinds = new Set(list.map((value) => typeof value))
  if (kinds.size !== 1 || !(kinds.has('string') || kinds.has('number'))) {
    throw malformed(at, 'anything-but takes strings only or numbers only')
  }
  const tests = list.map((value) =>
    inner ? compileText(inner, value, at) : (leaf: unknown) => leaf === value,
  )
  return (leaf) => !tests.some((test) => test(leaf))
}

const textTests: Readonly<Record<string, (text: string, operand: string) => boolean>> = {
  prefix: (text, operand) => text.startsWith(operand),
  suffix: (text, operand) => text.endsWith(operand),
  'equals-ignore-case': (text, operand) => text.toLowerCase() === operand.toLowerCase(),
}

function compileText(operator: string, operand: unknown, at: string): Test {
  const test = Object.hasOwn(textTests, operator) ? textTests[operator] : undefined
  if (test && operator !== 'equals-ignore-case' && isObject(operand)) {
    const [modifier, text] = onlyEntry(operand, at)
    if (modifier !== 'equals-ignore-case' || typeof text !== 'string')
      throw malformed(at, `${operator} needs a value`)
    return (leaf) => typeof leaf === 'string' && test(leaf.toLowerCase(), text.toLowerCase())
  }
  if (typeof operand !== 'string') throw malformed(at, `${operator} takes a string`)
  if (operator === 'wildcard') return compileWildcard(operand, at)
  if (!test) throw malformed(at, `${operator} is not an operator`)
  return (leaf) => typeof leaf === 'string' && test(leaf, operand)
}

function compileWildcard(text: string, at: string): Test {
  const tokens = text.match(/\\[\\*]|[^\\]/gsu) ?? []
  if (tokens.join('') !== text) throw malformed(at, 'wildcard: a backslash escapes * and \\ only')
  if (/\*\*/.test(text.replace(/\\./gs, ''))) throw malformed(at, 'wildcard: two * in a row')
  const pattern = tokens.map((token) => (token === '*' ? anyText : ([...token].at(-1) ?? '')))
  return (leaf) => typeof leaf === 'string' && matchesGlob(pattern, leaf)
}

const comparisons = new Map<unknown, (left: number, right: number) => boolean>([
  ['=', (left, right) => left === right],
  ['<', (left, right) => left < right],
  ['<=', (left, right) => left <= right],
  ['>', (left, right) => left > right],
  ['>=', (left, right) => left >= right],
])

function compileNumeric(operand: unknown, at: string): Test {
  const [lower, low, upper, high, ...rest]: readonly unknown[] = Array.isArray(operand) ? operand : []
  const compare = comparisons.get(lower)
  const compareToo = comparisons.get(upper)
  const isBound = (bound: unknown) => typeof bound === 'number' && Math.abs(bound) <= 5e9
  const isRange = /^>=?$/.test(String(lower)) && /^<=?$/.test(String(upper)) && Number(low) < Number(high)
  if (!compare || !isBound(low) || rest.length > 0 || (upper !== undefined && !(isRange && isBound(high)))) {
    throw malformed(at, 'numeric takes one comparison, or > or >= and < or <=, with numbers up to 5e9')
  }
  return (leaf) =>
    typeof leaf === 'number' && compare(leaf, Number(low)) && (!compareToo || compareToo(leaf, Number(high)))
}

function compileCidr(operand: unknown, at: string): Test {
  const [, address = '', bits = ''] = /^([^/]*)\/(\d{1,3})$/.exec(String(operand)) ?? []
  const family = isIP(address)
  if (family === 0 || Number(bits) > (family === 4 ? 32 : 128)) {
    throw malformed(at, 'cidr takes an address and a number of bits, such as 10.0.0.0/24')
  }
  const block = new BlockList()
  const kind = family === 4 ? 'ipv4' : 'ipv6'
  block.addSubnet(address, Number(bits), kind)
  return (leaf) => typeof leaf === 'string' && isIP(leaf) === family && block.check(leaf, kind)
}

function onlyEntry(value: unknown, at: string): [string, unknown] {
  const [entry, ...others] = isObject(value) ? Object.entries(value) : []
  if (!entry || others.length > 0) throw malformed(at, 'must be a value or an object with one operator')
  return entry
}

/** Returns the leaves of a value: none for an object, and those of its elements for an array. */
function leavesIn(value: unknown): unknown[] {
  return Array.isArray(value) ? value.flatMap(leavesIn) : isLeaf(value) ? [value] : []
}

function objectsIn(value: unknown): Fields[] {
  return Array.isArray(value) ? value.flatMap(objectsIn) : isObject(value) ? [value] : []
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isLeaf(value: unknown): boolean {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value)
}

function malformed(at: string, message: string): Error {
  return new Error(`Event pattern is not valid at ${at}: ${message}`)
}
