/** Shows that an operation is used. docs/local-cloud.md lists where, and a test fails if it is used nowhere. */
export interface OperationUse {
  /** The text that makes the call in code, such as `new PutCommand(`; the SDK's command of that name otherwise. */
  readonly call?: string
  /** The tool with which people explore the operation, such as the AWS CLI. */
  readonly tool?: string
}

/** Every operation of a service that is modelled. A call of any other is refused. */
export type OperationTable = Readonly<Record<string, OperationUse>>
