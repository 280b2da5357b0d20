/** Formats rows as columns of text; the last column has no fixed width. Control characters are escaped. */
export function columns(rows: readonly (readonly string[])[]): string {
  const widths: number[] = []
  for (const row of rows) {
    for (const [column, cell] of row.entries())
      widths[column] = Math.max(widths[column] ?? 0, printable(cell).length)
  }
  return rows
    .map((row) =>
      row
        .map(printable)
        .map((cell, column) => (column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** Escapes control characters, because a terminal obeys them and anyone may have written the data. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, escaped)
}

/** Formats a value as JSON, and escapes the control characters that JSON itself does not escape. */
export function jsonText(value: unknown, indent?: number): string {
  return JSON.stringify(value, undefined, indent).replace(/[\x7f-\x9f]/g, escaped)
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** The reason of a failure, in one line. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return printable(String(error))
  // The name or code of an error from AWS or the system shows its kind.
  const { name, message } = error
  const code = 'code' in error && typeof error.code === 'string' ? error.code : name
  const known = '$fault' in error || message === '' ? `${code}: ${message}` : message
  return printable(
    known
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '')
      .join(' '),
  )
}
