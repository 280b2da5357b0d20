import type { Execution } from '../../../commands/execution/execution.ts'
import type { VoyageCommand, VoyageOrder } from './voyage.ts'

/** The stream used by tests that need only one. */
export const stream = 'voyage-1'

/** A command by Ann on that stream, with this id unless `over` says otherwise. */
export function voyageExecution(
  commandId: string,
  command: VoyageOrder & { readonly actorId?: string },
  over: Partial<Execution<VoyageCommand>> = {},
): Execution<VoyageCommand> {
  return {
    stream,
    command: { actorId: 'ann', ...command },
    commandId,
    digest: 'digest',
    correlationId: 'correlation',
    causationId: 'causation',
    ...over,
  }
}
