import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

/** A line of a log. The time is in milliseconds since the epoch. */
export interface LogLine {
  readonly at: number
  readonly text: string
}

/** The recent lines of one log group. */
export interface LogFile {
  /** Adds a line. A line that cannot be written is lost, because the work of a function matters more than its log. */
  append(line: LogLine): void
  /** Returns the lines that are kept, oldest first. */
  lines(): readonly LogLine[]
}

/**
 * Keeps the last lines of a log in `file` and in the file before it. Both together have at most twice `maxBytes` and one
 * line more. Lines survive a restart.
 */
export function openLogFile(file: string, maxBytes: number): LogFile {
  const before = `${file}.before`
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  } catch {}
  let bytes = existsSync(file) ? statSync(file).size : 0
  return {
    append({ at, text }) {
      const line = `${JSON.stringify([at, text])}\n`
      try {
        if (bytes >= maxBytes) {
          renameSync(file, before)
          bytes = 0
        }
        appendFileSync(file, line, { mode: 0o600 })
        bytes += Buffer.byteLength(line)
      } catch {}
    },
    lines: () => [before, file].flatMap(read),
  }
}

function read(file: string): readonly LogLine[] {
  if (!existsSync(file)) return []
  return readFileSync(file, 'utf8').split('\n').flatMap(parse)
}

/** A kill may tear the last line, and the next start appends to it. */
function parse(line: string): readonly LogLine[] {
  try {
    const [at, text] = JSON.parse(line) as [number, string] // written by `append`
    return [{ at, text }]
  } catch {
    return []
  }
}
