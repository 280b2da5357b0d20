/** Fields that Powertools writes into every log line and that are of no use at a terminal. */
const omitted = new Set([
  'level',
  'message',
  'timestamp',
  'service',
  'sampling_rate',
  'xray_trace_id',
  'error',
])

const colours = { dim: 2, red: 31, yellow: 33, cyan: 36 } as const

/**
 * Formats a line of the local cloud's log for a terminal. A function's JSON line becomes time, function, message and
 * fields. An error is followed by its stack, with positions in the sources. Any other text is unchanged.
 */
export function formatLine(source: string, text: string, at: Date, colour: boolean): string {
  const paint = (code: keyof typeof colours, part: string) =>
    colour ? `\u001b[${colours[code]}m${part}\u001b[0m` : part
  const name = withoutSuffix(source)
  const head = `${paint('dim', at.toISOString().slice(11, 23))} ${paint('cyan', name.padEnd(18))}`
  const line = parseLine(text)
  if (line === undefined) return `${head} ${text}`
  const { level, message, error } = line
  const fields = Object.entries(line)
    .filter(([field]) => !omitted.has(field))
    .map(([field, value]) => `${field}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
  const said = level === 'INFO' ? String(message) : `${level} ${message}`
  const severity = level === 'ERROR' || level === 'CRITICAL' ? 'red' : level === 'WARN' ? 'yellow' : undefined
  const stack = stackOf(error)
  return [
    `${head} ${severity ? paint(severity, said) : said} ${paint('dim', fields.join(' '))}`,
    ...(stack === undefined ? [] : [stack.replace(/^/gm, '    ')]),
  ].join('\n')
}

/** Returns a logical id without the suffix that CDK adds to make it unique. */
export function withoutSuffix(logicalId: string): string {
  return logicalId.replace(/[0-9A-F]{8}$/, '')
}

function parseLine(text: string): Readonly<Record<string, unknown>> | undefined {
  if (!text.startsWith('{')) return undefined
  try {
    // JSON that starts with a brace is an object.
    const line = JSON.parse(text) as Record<string, unknown>
    return typeof line['message'] === 'string' ? line : undefined
  } catch {
    return undefined
  }
}

function stackOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('stack' in error)) return undefined
  const { stack } = error
  return Array.isArray(stack) ? stack.join('\n') : String(stack)
}

/** Whether a line has values of metrics for CloudWatch, in its embedded metric format. A person reads nothing in it. */
export function isMeasurement(text: string): boolean {
  return text.startsWith('{"_aws":{')
}

export function consoleLog(source: string, message: string): void {
  if (isMeasurement(message)) return
  console.log(formatLine(source, message, new Date(), process.stdout.isTTY === true))
}
