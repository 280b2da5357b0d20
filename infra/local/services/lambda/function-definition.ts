/** An `AWS::Lambda::Function`, ready to run. */
export interface FunctionDefinition {
  readonly logicalId: string
  readonly arn: string
  readonly name: string
  /** Folder with the code. */
  readonly folder: string
  readonly handler: string
  /** The variables that the template sets. */
  readonly environment: Readonly<Record<string, string>>
  readonly timeoutSeconds: number
  readonly memoryMb: number
  readonly logGroup: string
  /** `ReservedConcurrentExecutions` */
  readonly reserved: number | undefined
}
