import { isDeepStrictEqual } from 'node:util'

/** Maximum length of a displayed value. */
const maxLength = 60

/** Names the fields in which stored JSON differs from the expected JSON, such as `name is "A", expected "B"`. */
export function differingFields(stored: string, expected: string): readonly string[] {
  let value: unknown
  try {
    value = JSON.parse(stored)
  } catch {
    return [`not JSON: ${shortened(stored)}`]
  }
  return differences('', value, JSON.parse(expected))
}

function differences(path: string, stored: unknown, expected: unknown): string[] {
  if (isDeepStrictEqual(stored, expected)) return []
  if (!isRecord(stored) || !isRecord(expected) || Array.isArray(stored) !== Array.isArray(expected))
    return [`${path === '' ? 'the value' : path} is ${shown(stored)}, expected ${shown(expected)}`]
  return [...new Set([...Object.keys(stored), ...Object.keys(expected)])].flatMap((name) =>
    differences(path === '' ? name : `${path}.${name}`, stored[name], expected[name]),
  )
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function shown(value: unknown): string {
  return value === undefined ? 'missing' : shortened(JSON.stringify(value))
}

function shortened(text: string): string {
  return text.length > maxLength ? `${text.slice(0, maxLength)}…` : text
}
