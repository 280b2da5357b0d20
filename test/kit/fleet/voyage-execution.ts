import type { Execution } from '../../../commands/execution/execution.ts'
import type { VoyageCommand, VoyageOrder } from './voyage.ts'

/** The stream that the tests of one stream use. */
export const stream = 'voyage-1'

/** A command of ann on that stream, under this id unless `over` says otherwise. */
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
