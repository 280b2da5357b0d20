import { Problem } from '../../domain/kernel/problem.ts'
import { parseStreamName, type StreamName } from '../../domain/kernel/stream.ts'

/**
 * A place in a stream: what a command answers, and what a query that must not be older carries. Version 0 is the place
 * before the first event, where a command had nothing to do.
 */
export interface Position {
  readonly stream: StreamName
  readonly version: number
}

/** Opaque to clients: base64url of `<stream>@<version>`. */
export function encodePosition({ stream, version }: Position): string {
  return Buffer.from(`${stream}@${version}`).toString('base64url')
}

/** The positions of a `Read-After` header, separated by commas. Throws `invalid-input` for anything else. */
export function parsePositions(header: string | undefined): Position[] {
  if (header === undefined) return []
  const positions = header.split(',').map((part) => parsePosition(part.trim()))
  if (positions.length > 20) throw new Problem('invalid-input', 'Read-After takes at most 20 positions.')
  return positions
}

function parsePosition(encoded: string): Position {
  const text = Buffer.from(encoded, 'base64url').toString()
  const [, name, version] = /^([\x21-\x3f\x41-\x7e]{3,128})@(0|[1-9]\d{0,14})$/.exec(text) ?? []
  const roundTrip = Buffer.from(text).toString('base64url') === encoded
  if (name === undefined || !roundTrip || !/^[a-z][a-zA-Z0-9]*-/.test(name)) {
    throw new Problem(
      'invalid-input',
      'Read-After takes positions as commands answer them, separated by commas.',
    )
  }
  return { stream: parseStreamName(name).stream, version: Number(version) }
}
