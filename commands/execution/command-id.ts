import { hash } from 'node:crypto'

/**
 * The id of a command. The same person, command and key give the same id, so a repeat is recognised. Ids of two people
 * or of two commands never collide.
 */
export function commandIdOf(actorId: string, name: string, key: string): string {
  return idOf(['command', actorId, name, key])
}

/** The id of the aggregate that a command creates. It derives from the command, so a repeat reaches the same stream. */
export function createdIdOf(commandId: string): string {
  return idOf(['created', commandId])
}

/** A digest of a body. It does not depend on the order of the fields. */
export function digestOf(body: unknown): string {
  return idOf(['body', canonical(body)]).slice(0, 16)
}

function idOf(parts: readonly string[]): string {
  return hash('sha256', JSON.stringify(parts), 'hex').slice(0, 32)
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}
