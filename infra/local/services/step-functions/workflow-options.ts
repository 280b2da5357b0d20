import type { Workflow } from './definition.ts'
import type { Variables } from './expressions.ts'
import type { Ended } from './positions.ts'
import type { Run, Thread } from './scope.ts'

export interface WorkflowOptions {
  readonly run: Run
  readonly thread: Thread
  readonly workflow: Workflow
  /** The input of its first state. It is not used if the workflow resumes from a position. */
  readonly input: unknown
  readonly variables: Variables
}

/** Runs the workflow of a branch or an iteration, as `runWorkflow` does. A state receives it as a parameter, so that imports form no cycle. */
export type RunWorkflow = (o: WorkflowOptions) => Promise<Ended>
