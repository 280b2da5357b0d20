import type { Execution } from '../../../commands/execution/execute.ts'
import type { ProjectCommand } from '../../../domain/project/project.ts'

/** The stream that the tests of one stream use. */
export const stream = 'project-1'

/** A command of ann on that stream, under this id unless `over` says otherwise. */
export function projectExecution(
  commandId: string,
  command: Partial<ProjectCommand> & Pick<ProjectCommand, 'type'>,
  over: Partial<Execution<ProjectCommand>> = {},
): Execution<ProjectCommand> {
  return {
    stream,
    command: { actorId: 'ann', ...command } as ProjectCommand, // each test gives what its command needs
    commandId,
    digest: 'digest',
    correlationId: 'correlation',
    causationId: 'causation',
    ...over,
  }
}
