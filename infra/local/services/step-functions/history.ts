type Fields = Readonly<Record<string, unknown>>

/** An event to record, as AWS types it and names its details (Step Functions API reference, "HistoryEvent"). */
export interface NewEvent {
  readonly type: string
  readonly previousEventId: number
  readonly [details: `${string}EventDetails`]: Fields
}

export interface HistoryEvent extends NewEvent {
  /** From 1. */
  readonly id: number
  /** Seconds since the epoch. */
  readonly timestamp: number
}

/** An input or output in an event: JSON as a text, all of it. */
export const inputOf = (value: unknown) => ({
  input: JSON.stringify(value),
  inputDetails: { truncated: false },
})
export const outputOf = (value: unknown) => ({
  output: JSON.stringify(value),
  outputDetails: { truncated: false },
})

/** An event without the data of the execution. */
export function withoutData(event: HistoryEvent): HistoryEvent {
  const dropped = ['input', 'inputDetails', 'output', 'outputDetails']
  return JSON.parse(JSON.stringify(event, (key, value) => (dropped.includes(key) ? undefined : value)))
}
