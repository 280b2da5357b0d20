import type { OperationTable } from '../../gateway/operations.ts'

/** The operations of EventBridge that are modelled. */
export const eventBridgeOperations = {
  PutEvents: {
    caller: 'the forwarder',
    file: 'projections/publishing/eventbridge-event-bus.ts',
    call: 'new PutEventsCommand(',
  },
} satisfies OperationTable
