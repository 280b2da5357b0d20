import { Problem } from './problem.ts'

/** The name of a stream: `<aggregate>-<id>`. It is split at the first `-`. */
export type StreamName = `${string}-${string}`

export function streamName(aggregate: string, id: string): StreamName {
  return `${aggregate}-${id}`
}

/** Splits the name of a stream into the aggregate and the id. Throws `unreadable` for any other text. */
export function parseStreamName(name: string): { stream: StreamName; aggregate: string; id: string } {
  const split = name.indexOf('-')
  const aggregate = name.slice(0, split)
  const id = name.slice(split + 1)
  if (split < 1 || id === '') throw new Problem('unreadable', `"${name}" is not the name of a stream.`)
  return { stream: streamName(aggregate, id), aggregate, id }
}
