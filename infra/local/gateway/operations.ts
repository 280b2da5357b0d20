/** Shows who uses an operation. docs/local-cloud.md lists the callers, and a test fails if there are none. */
export interface OperationUse {
  /**
   * The text of the call in code, such as `new PutCommand(`. The default is the SDK's command with the operation's
   * name.
   */
  readonly call?: string
  /** The tool that people explore the operation with, such as the AWS CLI. */
  readonly tool?: string
}

/** Every modelled operation of a service. A call of any other is refused. */
export type OperationTable = Readonly<Record<string, OperationUse>>
