/** The parts of a stage's settings that a deployment needs. */
export interface DeployPlan {
  readonly stage: string
  /** Name of the stack with everything that remembers. It is never deleted. */
  readonly dataStack: string
  /** Name of the stack with everything that can be made again. */
  readonly serviceStack: string
  /** Sender address of mail. */
  readonly mailFrom: string
  /** Sum of the concurrency that the functions of the stage reserve. */
  readonly reservedConcurrency: number
}
