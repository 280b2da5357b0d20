type Fields = Readonly<Record<string, unknown>>

/**
 * An event to record, with the type and the name of details that AWS uses (Step Functions API reference,
 * "HistoryEvent").
 */
export interface NewEvent {
  readonly type: string
  readonly previousEventId: number
  readonly [details: `${string}EventDetails`]: Fields
}

export interface HistoryEvent extends NewEvent {
  /** Number of the event, from 1. */
  readonly id: number
  /** Seconds since the epoch. */
  readonly timestamp: number
}

/** Formats the input of an event: the whole JSON as a text. */
export const inputOf = (value: unknown) => ({
  input: JSON.stringify(value),
  inputDetails: { truncated: false },
})
export const outputOf = (value: unknown) => ({
  output: JSON.stringify(value),
  outputDetails: { truncated: false },
})

/** Returns an event without the data of the execution. */
export function withoutData(event: HistoryEvent): HistoryEvent {
  const dropped = ['input', 'inputDetails', 'output', 'outputDetails']
  return JSON.parse(JSON.stringify(event, (key, value) => (dropped.includes(key) ? undefined : value)))
}
