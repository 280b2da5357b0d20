/** Maximum bytes of the keys in DynamoDB. */
const partitionKeyBytes = 2048
const sortKeyBytes = 1024
const limits: Readonly<Record<string, number>> = {
  pk: partitionKeyBytes,
  PK: partitionKeyBytes,
  set: partitionKeyBytes,
  key: sortKeyBytes,
  SK: sortKeyBytes,
  after: sortKeyBytes,
}

/**
 * Wraps a port in memory so that it refuses what DynamoDB refuses or changes: empty or overlong keys, and
 * ill-formed text. A string argument counts as a partition key.
 */
export function withDynamoLimits<Port extends object>(port: Port): Port {
  return new Proxy(port, {
    get(target, name, receiver) {
      const member: unknown = Reflect.get(target, name, receiver)
      if (typeof member !== 'function') return member
      return (...given: unknown[]) => {
        for (const argument of given) check(argument, partitionKeyBytes)
        return Reflect.apply(member, target, given)
      }
    },
  })
}

function check(value: unknown, limit: number | undefined): void {
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw new Error(`Not well-formed: ${JSON.stringify(value)}`)
    const bytes = Buffer.byteLength(value)
    if (limit !== undefined && (bytes === 0 || bytes > limit))
      throw new Error(`ValidationException: a key of ${bytes} bytes`)
  }
  if (typeof value !== 'object' || value === null) return
  for (const [name, child] of Object.entries(value)) check(child, limits[name])
}
