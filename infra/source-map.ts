/** A source map of version 3, as esbuild writes it (ECMA-426). */
export interface SourceMap {
  readonly version: 3
  readonly sources: readonly string[]
  readonly names: readonly string[]
  readonly mappings: string
}

/**
 * Leaves sources out of a map. What was made of them maps to nothing, rather than to what happens to stand before
 * it; the rest maps as it did.
 */
export function withoutSources(map: SourceMap, isLeftOut: (source: string) => boolean): SourceMap {
  const leftOut = map.sources.map(isLeftOut)
  const [sources, names] = [renumbered(map.sources), renumbered(map.names)]
  let mappings = ''
  // A segment holds its column, and of what it maps to the source, line, column and name, each as the difference to
  // the one before it; columns start anew on each line.
  const read: Segment = [0, 0, 0, 0, 0]
  const written: Segment = [0, 0, 0, 0, 0]
  let [field, value, shift] = [0, 0, 0]
  let separator = ''
  let mapped = false

  const write = (index: 0 | 1 | 2 | 3 | 4, position: number): void => {
    mappings += encode(position - written[index])
    written[index] = position
  }
  const endSegment = (): void => {
    const isMapped = field > 1 && leftOut[read[1]] === false
    if (field > 0 && (isMapped || mapped)) {
      mappings += separator
      separator = ','
      write(0, read[0])
      if (isMapped) {
        write(1, sources.use(read[1]))
        write(2, read[2])
        write(3, read[3])
        if (field > 4) write(4, names.use(read[4]))
      }
      mapped = isMapped
    }
    field = 0
  }

  for (let at = 0; at < map.mappings.length; at++) {
    const character = map.mappings.charCodeAt(at)
    if (character === comma) endSegment()
    else if (character === semicolon) {
      endSegment()
      mappings += ';'
      separator = ''
      read[0] = written[0] = 0
    } else {
      const digit = numberOf[character] ?? 0
      value |= (digit & 31) << shift
      shift += 5
      if (digit & 32) continue
      read[field] = (read[field] ?? 0) + (value & 1 ? -(value >> 1) : value >> 1)
      field++
      value = shift = 0
    }
  }
  endSegment()
  // Node takes a segment without a source for another one of the same source where nothing follows it.
  if (!mapped) mappings += ';'
  return { version: 3, sources: sources.used, names: names.used, mappings }
}

type Segment = [column: number, source: number, line: number, originalColumn: number, name: number]

/** A list that keeps what is used, numbered in the order of its first use. */
function renumbered(list: readonly string[]) {
  const numbers = new Map<number, number>()
  const used: string[] = []
  return {
    used,
    use(index: number): number {
      const number = numbers.get(index) ?? used.push(list[index] ?? '') - 1
      numbers.set(index, number)
      return number
    },
  }
}

const [comma, semicolon] = [',', ';'].map((character) => character.charCodeAt(0))
const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
/** Which digit a character is, by its code. */
const numberOf = new Uint8Array(128)
for (const [number, digit] of [...digits].entries()) numberOf[digit.charCodeAt(0)] = number

/** A number as digits of five bits, the lowest first, a sixth for "more follow"; its first bit is the sign. */
function encode(number: number): string {
  let text = ''
  let rest = number < 0 ? (-number << 1) | 1 : number << 1
  for (; rest > 31; rest >>= 5) text += digits[(rest & 31) | 32]
  return text + digits[rest]
}
