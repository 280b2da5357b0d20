import { Problem } from '../../domain/kernel/problem.ts'
import { type StreamName, streamName } from '../../domain/kernel/stream.ts'
import { syntax } from './client-text.ts'

/**
 * A version of a stream. The answer to a command contains it. A client sends it with a query that must include the
 * changes up to it. Version 0 is the position before the first event, if a command had nothing to do.
 */
export interface Position {
  readonly stream: StreamName
  readonly version: number
}

/** Encodes a position as base64url of `<stream>@<version>`. It is opaque to clients. */
export function encodePosition({ stream, version }: Position): string {
  return Buffer.from(`${stream}@${version}`).toString('base64url')
}

/** Parses the positions of a `Read-After` header, separated by commas. Throws `invalid-input` for anything else. */
export function parsePositions(header: string | undefined): Position[] {
  if (header === undefined) return []
  if (!syntax.positions.test(header)) throw notPositions()
  return header.split(',').map((part) => parsePosition(part.trim()))
}

function parsePosition(encoded: string): Position {
  const text = Buffer.from(encoded, 'base64url').toString()
  const [, aggregate = '', id = '', version] =
    /^([a-z][a-zA-Z0-9]{0,62})-(.+)@(0|[1-9]\d{0,14})$/.exec(text) ?? []
  const roundTrip = Buffer.from(text).toString('base64url') === encoded
  if (!roundTrip || !syntax.id.test(id)) throw notPositions()
  return { stream: streamName(aggregate, id), version: Number(version) }
}

function notPositions(): Problem {
  return new Problem(
    'invalid-input',
    'Read-After needs up to 20 positions from the answers to commands, separated by commas.',
  )
}
