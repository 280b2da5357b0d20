/** An event in the form that a bus accepts. */
export interface BusEntry {
  readonly source: string
  readonly detailType: string
  /** ISO 8601. */
  readonly time: string
  /** JSON. */
  readonly detail: string
}

/** The port to the bus. */
export interface EventBus {
  /**
   * Sends one request. Returns the error code of each entry, in the same order; `undefined` if the bus accepted the
   * entry. Throws if the request as a whole failed. Even then, the bus may have accepted entries.
   */
  put(entries: readonly BusEntry[], timeoutMs: number): Promise<readonly (string | undefined)[]>
}
