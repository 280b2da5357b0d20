/** The outcome of an invocation; `error` if the function failed, timed out or crashed. */
export interface Invocation {
  readonly payload: unknown
  readonly error?: { readonly errorType: string; readonly errorMessage: string }
}
