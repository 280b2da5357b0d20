import { BlockList, isIP } from 'node:net'

/** A value of an event that is no object and no array: what a pattern's conditions look at. */
type Leaf = string | number | boolean | null
type Test = (leaf: Leaf) => boolean
type Fields = Readonly<Record<string, unknown>>
/** Does this object match? `peers` are all objects of the event at its path: `exists: false` asks about them all. */
type Matcher = (object: Fields, peers: readonly Fields[]) => boolean

/** Does the event match the pattern? Throws like {@link compilePattern}. */
export function matches(pattern: unknown, event: unknown): boolean {
  return compilePattern(pattern)(event)
}

/**
 * Compiles an event pattern of an EventBridge rule or of a Lambda event filter, whose language is the same
 * (EventBridge user guide, "Comparison operators for use in event patterns"). An array in the event matches
 * where one of its elements does; fields of objects in an array must match within one element.
 *
 * @throws Error that names the place, where AWS would refuse the pattern at creation.
 */
export function compilePattern(pattern: unknown): (event: unknown) => boolean {
  const matcher = compileObject(pattern, '$')
  return (event) => isObject(event) && matcher(event, [event])
}

function compileObject(pattern: unknown, at: string): Matcher {
  if (!isObject(pattern)) throw malformed(at, 'must be an object')
  const fields = Object.entries(pattern)
  if (fields.length === 0) throw malformed(at, 'must not be empty')
  const matchers = fields.map(([key, value]) => compileField(key, value, `${at}.${key}`))
  return (object, peers) => matchers.every((matcher) => matcher(object, peers))
}

function compileField(key: string, value: unknown, at: string): Matcher {
  if (!Array.isArray(value)) {
    const nested = compileObject(value, at)
    return (object, peers) => {
      const peersBelow = peers.flatMap((peer) => objectsIn(peer[key]))
      const below = objectsIn(object[key])
      return (below.length > 0 ? below : [{}]).some((child) => nested(child, peersBelow))
    }
  }
  if (key === '$or') {
    if (value.length < 2) throw malformed(at, 'must hold two alternatives or more')
    const alternatives = value.map((alternative, index) => compileObject(alternative, `${at}[${index}]`))
    return (object, peers) => alternatives.some((alternative) => alternative(object, peers))
  }
  if (value.length === 0) throw malformed(at, 'must not be empty')
  const conditions = value.map((condition, index) => compileCondition(condition, `${at}[${index}]`))
  return (object, peers) => {
    const leaves = leavesIn(object[key])
    return conditions.some((condition) =>
      condition === 'absent'
        ? peers.every((peer) => leavesIn(peer[key]).length === 0)
        : leaves.some(condition),
    )
  }
}

function compileCondition(condition: unknown, at: string): Test | 'absent' {
  if (isLeaf(condition)) return (leaf) => leaf === condition
  const [operator, operand] = onlyEntry(condition, at)
  if (operator === 'exists') {
    if (typeof operand !== 'boolean') throw malformed(at, 'exists takes true or false')
    return operand ? () => true : 'absent'
  }
  if (operator === 'anything-but') return compileAnythingBut(operand, at)
  if (operator === 'numeric') return compileNumeric(operand, at)
  if (operator === 'cidr') return compileCidr(operand, at)
  return compileText(operator, operand, at)
}

function compileAnythingBut(operand: unknown, at: string): Test {
  if (isObject(operand)) {
    const [operator, texts] = onlyEntry(operand, at)
    const list = Array.isArray(texts) ? texts : [texts]
    if (list.length === 0) throw malformed(at, 'anything-but takes at least one value')
    const tests = list.map((text) => compileText(operator, text, at))
    return (leaf) => !tests.some((test) => test(leaf))
  }
  const list: readonly unknown[] = Array.isArray(operand) ? operand : [operand]
  const [first] = list
  const alike = list.every((value) => typeof value === typeof first)
  if (!alike || (typeof first !== 'string' && typeof first !== 'number')) {
    throw malformed(at, 'anything-but takes strings only or numbers only')
  }
  return (leaf) => !list.includes(leaf)
}

function compileText(operator: string, operand: unknown, at: string): Test {
  if (isObject(operand) && (operator === 'prefix' || operator === 'suffix')) {
    const [modifier, text] = onlyEntry(operand, at)
    if (modifier !== 'equals-ignore-case') throw malformed(at, `${operator} does not take ${modifier}`)
    const test = compileText(operator, typeof text === 'string' ? text.toLowerCase() : text, at)
    return (leaf) => typeof leaf === 'string' && test(leaf.toLowerCase())
  }
  if (typeof operand !== 'string') throw malformed(at, `${operator} takes a string`)
  const folded = operand.toLowerCase()
  switch (operator) {
    case 'prefix':
      return (leaf) => typeof leaf === 'string' && leaf.startsWith(operand)
    case 'suffix':
      return (leaf) => typeof leaf === 'string' && leaf.endsWith(operand)
    case 'equals-ignore-case':
      return (leaf) => typeof leaf === 'string' && leaf.toLowerCase() === folded
    case 'wildcard':
      return compileWildcard(operand, at)
    default:
      throw malformed(at, `unknown operator ${operator}`)
  }
}

function compileWildcard(text: string, at: string): Test {
  const tokens = text.match(/\\[\\*]|[^\\]/gsu) ?? []
  if (tokens.join('') !== text) throw malformed(at, 'wildcard: a backslash escapes * and \\ only')
  if (tokens.some((token, index) => token === '*' && tokens[index + 1] === '*')) {
    throw malformed(at, 'wildcard: two * in a row')
  }
  const literal = (token: string) => token.slice(token.length > 1 && token.startsWith('\\') ? 1 : 0)
  const source = tokens.map((token) =>
    token === '*' ? '.*' : literal(token).replace(/[\\^$.*+?()[\]{}|/]/u, '\\$&'),
  )
  const expression = new RegExp(`^${source.join('')}$`, 'su')
  return (leaf) => typeof leaf === 'string' && expression.test(leaf)
}

const comparisons: Readonly<Record<string, (left: number, right: number) => boolean>> = {
  '=': (left, right) => left === right,
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
}

function compileNumeric(operand: unknown, at: string): Test {
  if (!Array.isArray(operand) || (operand.length !== 2 && operand.length !== 4)) {
    throw malformed(at, 'numeric takes an operator and a number, or two of each for a range')
  }
  const [lower, low, upper, high]: readonly unknown[] = operand
  const isRange = operand.length === 4
  if (
    isRange &&
    !(/^>=?$/.test(String(lower)) && /^<=?$/.test(String(upper)) && Number(low) < Number(high))
  ) {
    throw malformed(at, 'numeric: a range goes from a lower bound with > or >= to a greater one with < or <=')
  }
  const bounds = (isRange ? [lower, upper] : [lower]).map((operator, index) => {
    const compare = typeof operator === 'string' ? comparisons[operator] : undefined
    const bound = index === 0 ? low : high
    if (!compare) throw malformed(at, `numeric: unknown operator ${String(operator)}`)
    if (typeof bound !== 'number' || Math.abs(bound) > 5e9) {
      throw malformed(at, 'numeric takes numbers between -5e9 and 5e9')
    }
    return (leaf: number) => compare(leaf, bound)
  })
  return (leaf) => typeof leaf === 'number' && bounds.every((holds) => holds(leaf))
}

function compileCidr(operand: unknown, at: string): Test {
  const [address = '', bits = '', ...rest] = typeof operand === 'string' ? operand.split('/') : []
  const family = isIP(address)
  if (
    family === 0 ||
    rest.length > 0 ||
    !/^\d{1,3}$/.test(bits) ||
    Number(bits) > (family === 4 ? 32 : 128)
  ) {
    throw malformed(at, 'cidr takes an address and a number of bits, such as 10.0.0.0/24')
  }
  const block = new BlockList()
  block.addSubnet(address, Number(bits), family === 4 ? 'ipv4' : 'ipv6')
  return (leaf) =>
    typeof leaf === 'string' && isIP(leaf) === family && block.check(leaf, family === 4 ? 'ipv4' : 'ipv6')
}

function onlyEntry(value: unknown, at: string): [string, unknown] {
  const entries = isObject(value) ? Object.entries(value) : []
  const [entry] = entries
  if (!entry || entries.length > 1) throw malformed(at, 'must be a value or an object with one operator')
  return entry
}

/** The leaves of a field: arrays are flattened, and an object is none (`exists` sees leaves only). */
function leavesIn(value: unknown): Leaf[] {
  return Array.isArray(value) ? value.flatMap(leavesIn) : isLeaf(value) ? [value] : []
}

function objectsIn(value: unknown): Fields[] {
  return Array.isArray(value) ? value.flatMap(objectsIn) : isObject(value) ? [value] : []
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isLeaf(value: unknown): value is Leaf {
  return value === null || ['string', 'number', 'boolean'].includes(typeof value)
}

function malformed(at: string, message: string): Error {
  return new Error(`Event pattern is not valid at ${at}: ${message}`)
}
