/** Shows that something calls an operation. docs/local-cloud.md lists it, and a test looks the call up in the file. */
export interface OperationCaller {
  /** Names the caller, and its purpose. */
  readonly caller: string
  /** The file that makes the call, from the root of the repository. */
  readonly file: string
  /** The text in that file that makes the call, such as `new PutCommand(`. */
  readonly call: string
}

/** Every operation of a service that is modelled, with a caller of each. A call of any other is refused. */
export type OperationTable = Readonly<Record<string, OperationCaller>>
