/** An `AWS::Lambda::Function`, ready to run. */
export interface FunctionDefinition {
  readonly logicalId: string
  readonly arn: string
  readonly name: string
  /** The version that runs: a number if the template publishes versions, else `$LATEST`. */
  readonly version: string
  /** The names of its aliases, which all name the version that runs. */
  readonly aliases: readonly string[]
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

/**
 * A function as a caller names it: `name`, `name:live`, or the ARN of either. Permissions, retries and failure
 * destinations belong to that name only.
 */
export interface NamedFunction extends FunctionDefinition {
  /** With the qualifier, if the caller gave one. */
  readonly arn: string
  /** The function's name, with the qualifier if the caller gave one. */
  readonly qualifiedName: string
}
