import { createHash, hash, randomUUID } from 'node:crypto'

const algorithms: Readonly<Record<string, string>> = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
}

/**
 * The functions that Step Functions adds to JSONata, and `$eval`, which it removes (Step Functions developer guide,
 * "Transforming data with JSONata"). For an argument of a wrong type, a function returns no value.
 */
export const functions: Readonly<Record<string, unknown>> = {
  eval: undefined,
  uuid: () => randomUUID(),
  parse: (text: unknown) => (typeof text === 'string' ? JSON.parse(text) : undefined),
  random: (seed: unknown) =>
    typeof seed === 'number' ? hash('sha256', `${seed}`, 'buffer').readUIntBE(0, 6) / 2 ** 48 : Math.random(),
  partition(list: unknown, size: unknown) {
    const length = Math.trunc(Number(size))
    if (list === undefined || !(length >= 1)) return undefined
    const all = Array.isArray(list) ? list : [list]
    return Array.from({ length: Math.ceil(all.length / length) }, (_, chunk) =>
      all.slice(chunk * length, (chunk + 1) * length),
    )
  },
  range(start: unknown, end: unknown, step: unknown) {
    const [first = 0, last = 0, by = 0] = [start, end, step].map((number) => Math.trunc(Number(number)))
    const length = Math.floor((last - first) / by) + 1
    if (!(length >= 1 && length < Infinity)) return undefined
    const numbers = Array.from({ length }, (_, i) => first + i * by)
    return numbers.length === 1 ? first : numbers
  },
  hash(text: unknown, algorithm: unknown) {
    if (text === undefined || algorithm === undefined) return undefined
    const name = algorithms[String(algorithm)]
    if (name === undefined) throw new Error(`There is no hash algorithm ${algorithm}`)
    return createHash(name).update(String(text)).digest('hex')
  },
}
