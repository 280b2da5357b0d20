/** An `AWS::Lambda::Function` as it is run. */
export interface FunctionDefinition {
  readonly logicalId: string
  readonly arn: string
  readonly name: string
  /** Folder with the code. */
  readonly folder: string
  readonly handler: string
  /** The variables that the template gives. */
  readonly environment: Readonly<Record<string, string>>
  readonly timeoutSeconds: number
  readonly memoryMb: number
  readonly logGroup: string
  /** `ReservedConcurrentExecutions` */
  readonly reserved: number | undefined
}
