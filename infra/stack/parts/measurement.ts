/**
 * The kinds of functions, by who waits for them: people for an API, the next batch for a batch, and a run of the upload
 * pipeline for a picture.
 */
export type FunctionKind = 'api' | 'batch' | 'picture'

/** The resources that a function used in the local cloud, and the memory that follows from them. */
export interface MeasuredFunction {
  readonly kind: FunctionKind
  /** The cheapest size that meets the bar of its kind. */
  readonly memoryMb: number
  /** The largest batch that it is invoked with. */
  readonly batch: number
  /** How many invocations were measured. */
  readonly invocations: number
  /** The 99th percentile of the processor time of an invocation with a full batch, in milliseconds. */
  readonly cpuMs: number
  /** The 99th percentile of how often such an invocation waits for calls. */
  readonly waits: number
  /** The most memory that a process had, in MB. */
  readonly peakMb: number
  /** The 99th percentile of the processor time of the first invocation of a process, in milliseconds. */
  readonly coldCpuMs: number
}

/** A run of `npm run sizes`. */
export interface Measurement {
  readonly date: string
  readonly machine: string
  readonly functions: Readonly<Record<string, MeasuredFunction>>
}
