/** A line of a function's log. */
export interface FunctionLine {
  /** Name of the function in the stack's code. */
  readonly functionName: string
  /** When it was written, in milliseconds since 1970. */
  readonly at: number
  readonly text: string
}

export interface Period {
  /** In milliseconds since 1970. */
  readonly from: number
  readonly to: number
}

/** The port to the logs of all functions of a stage. */
export interface FunctionLogs {
  /** The lines of a period that contain a phrase, in any order. */
  find(phrase: string, period: Period): Promise<readonly FunctionLine[]>
}
