/** The value of a header such as `form-data; name="file"`, and its parameters by their names, both in lower case. */
export interface Parameterised {
  readonly value: string
  readonly parameters: ReadonlyMap<string, string>
}

/**
 * Reads a header with parameters (RFC 9110, section 5.6.6). A semicolon in quotes does not separate parameters. If a
 * name occurs twice, the first parameter counts.
 */
export function parameterised(header: string): Parameterised {
  const [value = '', ...rest] = partsOf(header)
  const parameters = new Map<string, string>()
  for (const part of rest) {
    const at = part.indexOf('=')
    const name = part.slice(0, at).trim().toLowerCase()
    if (at > 0 && !parameters.has(name)) parameters.set(name, unquoted(part.slice(at + 1).trim()))
  }
  return { value: value.trim().toLowerCase(), parameters }
}

/** Splits a header at the semicolons that are not in quotes. */
function partsOf(header: string): string[] {
  const parts: string[] = []
  let isQuoted = false
  let start = 0
  for (let i = 0; i < header.length; i++) {
    const character = header[i]
    if (isQuoted && character === '\\') i++
    else if (character === '"') isQuoted = !isQuoted
    else if (character === ';' && !isQuoted) {
      parts.push(header.slice(start, i))
      start = i + 1
    }
  }
  return [...parts, header.slice(start)]
}

function unquoted(text: string): string {
  if (text.length < 2 || !text.startsWith('"') || !text.endsWith('"')) return text
  return text.slice(1, -1).replace(/\\(.)/g, '$1')
}
