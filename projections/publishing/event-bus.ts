/** An event as a bus takes it. */
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
   * One request. It answers for each entry, in the same order, the code that it failed by; `undefined` where it
   * was taken. Throws where the request as a whole failed; entries may have been taken nevertheless.
   */
  put(entries: readonly BusEntry[], timeoutMs: number): Promise<readonly (string | undefined)[]>
}
