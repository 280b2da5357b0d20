/** The result of one check before a deployment. */
export interface Finding {
  /** `stop`: the deployment would fail or do harm. */
  readonly level: 'ok' | 'warning' | 'stop'
  /** One or two plain sentences. */
  readonly text: string
  /** The commands or actions that help, a line each. */
  readonly next?: readonly string[] | undefined
}

const marks = { ok: 'ok      ', warning: 'warning ', stop: 'STOP    ' } as const

/** A finding as lines for a terminal. */
export function findingLines({ level, text, next = [] }: Finding): string[] {
  return [`${marks[level]} ${text}`, ...next.map((line) => `           ${line}`)]
}

export function ok(text: string): Finding {
  return { level: 'ok', text }
}

export function warning(text: string, ...next: readonly string[]): Finding {
  return { level: 'warning', text, next }
}

export function stop(text: string, ...next: readonly string[]): Finding {
  return { level: 'stop', text, next }
}
