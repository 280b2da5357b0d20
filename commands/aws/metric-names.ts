/**
 * Every metric that the functions write, with its unit. A stage has each of them once, whatever function writes it, because
 * CloudWatch charges $0.30 a month for each combination of a name and dimensions. Names of commands, reactions and
 * functions are therefore fields of the line, for queries over the log, and no dimensions.
 */
export const functionMetrics = {
  /** Events of one accepted command. The number of samples is the number of accepted commands. */
  EventsAppended: 'Count',
  /** 1 for a command that is refused because of its content, the state or the person. */
  CommandsRejected: 'Count',
  /** 1 for a command that failed with a 5xx. */
  CommandsFailed: 'Count',
  /** 1 for a start of a function that an event waited for. */
  ColdStarts: 'Count',
  /** The time from the oldest commit of a batch until the batch is projected. */
  ProjectionLag: 'Milliseconds',
  /** 1 for a reaction that failed, 0 for another. The number of samples is the number of reactions. */
  ReactionsFailed: 'Count',
  /** 1 for an upload that ended without its file, 0 for a completed one. The number of samples is the number of uploads. */
  UploadsFailed: 'Count',
} as const satisfies Readonly<Record<string, 'Count' | 'Milliseconds'>>

/** The metrics that nothing writes while all is well. CloudWatch charges a metric only for the hours that it is written in. */
export const metricsOfIncidents: readonly string[] = ['CommandsFailed', 'ParkedStreams', 'ChangedCommits']

export type FunctionMetric = keyof typeof functionMetrics

/** The one dimension, which Powertools requires. Its value is the same for all functions. */
export const functionMetricDimensions = { service: 'annals' } as const
