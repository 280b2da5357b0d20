import { Problem } from '../../domain/kernel/problem.ts'
import { type StreamName, streamName } from '../../domain/kernel/stream.ts'
import { syntax } from './client-text.ts'

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
    'Read-After takes up to 20 positions as commands answer them, separated by commas.',
  )
}
