/**
 * Actions that an AWS service performs by the role of a function or of its own, and that the local cloud does not perform
 * one by one. No test can make a function use them.
 */
export interface OnBehalfReason {
  readonly service: string
  readonly actions: readonly string[]
  /** The grants that the reason is for: those on this resource of a function, or on one resource of one holder. */
  readonly on:
    | 'the log group of the function'
    | 'an event source of the function'
    | 'the traces of the function'
    | { readonly holder: string; readonly resource: string }
  readonly reason: string
}

/** Why a grant contains a wildcard. */
export interface WildcardReason {
  readonly actions: readonly string[]
  readonly resource: string
  readonly reason: string
}
