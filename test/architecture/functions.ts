import type { Sources } from './imports.ts'
import type { Finding } from './repository.ts'

/** Maximum number of lines of a function. */
const maximumLines = 100
/** Functions over this many lines are worth a look. */
const longLines = 70

/** Finds functions that are too long to read at once. */
export function longFunctionFindings(sources: Sources): Finding[] {
  return over(sources, maximumLines).map(({ file, line, name, lines }) => ({
    file,
    line,
    rule: 'function',
    subject: name,
    advice: `${name} has ${lines} lines: split it, so that no part has over ${longLines} (${maximumLines} is the limit)`,
  }))
}

/** One line for each function that is over 70 lines, longest first. */
export function describeLongFunctions(sources: Sources): string[] {
  return over(sources, longLines)
    .sort((a, b) => b.lines - a.lines)
    .map(({ file, line, name, lines }) => `${file}:${line}  ${name} has ${lines} lines`)
}

function over(sources: Sources, limit: number) {
  return [...sources.values()].flatMap(({ file, functions }) =>
    functions.filter(({ lines }) => lines > limit).map((found) => ({ file, ...found })),
  )
}
