import { setTimeout as delay } from 'node:timers/promises'
import {
  AwsError,
  type AwsRequest,
  type AwsResponse,
  type AwsService,
  LostAnswer,
} from '../gateway/aws-service.ts'
import type { Fault, Faults } from './faults.ts'

const faultsOfRequest: readonly Fault[] = ['throttle', 'fail', 'fail-after', 'lose-answer', 'delay']
const faultsOfWrite: readonly Fault[] = [...faultsOfRequest, 'conflict']
const dynamoDbWrites = new Set(['PutItem', 'UpdateItem', 'DeleteItem', 'TransactWriteItems'])

/**
 * Wraps a service so that its requests fail as `faults` decides. A place is named `<operation> <caller>`, such as
 * `PutItem Commands`. Requests of callers that `concerns` leaves out never fail.
 */
export function withRequestFaults(
  service: AwsService,
  faults: Faults,
  concerns: (caller: string) => boolean = () => true,
): AwsService {
  return {
    ...service,
    async handle(request) {
      const { operation, caller = '' } = request
      const possible = dynamoDbWrites.has(operation) ? faultsOfWrite : faultsOfRequest
      const occasion = concerns(caller) ? faults.draw(`${operation} ${caller}`, possible) : undefined
      switch (occasion?.fault) {
        case 'throttle':
        case 'conflict':
          return refusalOf(occasion.fault, request)
        case 'fail':
          throw internalError()
        case 'fail-after':
          await service.handle(request)
          throw internalError()
        case 'lose-answer':
          await service.handle(request)
          throw new LostAnswer()
        case 'delay':
          await delay(occasion.afterMs)
      }
      return service.handle(request)
    },
  }
}

function internalError(): AwsError {
  return new AwsError('InternalServerError', 'The request failed', 500)
}

/** A refused transaction gives a reason for each of its items. Here the first item has the fault. */
function refusalOf(fault: 'throttle' | 'conflict', { operation, body, path }: AwsRequest): AwsResponse {
  const [error, code, message] =
    fault === 'conflict'
      ? ['TransactionConflictException', 'TransactionConflict', 'Transaction is ongoing for the item']
      : ['ThrottlingException', 'ThrottlingError', 'Rate exceeded']
  if (operation !== 'TransactWriteItems') {
    // REST services use this name for it.
    throw path !== undefined && path !== '/'
      ? new AwsError('TooManyRequestsException', message, 429)
      : new AwsError(error, message)
  }
  // The engine reads the body in the same way.
  const { TransactItems } = JSON.parse(body.toString()) as { TransactItems: unknown[] }
  const reasons = TransactItems.map((_, index) =>
    index === 0 ? { Code: code, Message: message } : { Code: 'None' },
  )
  const refusal = {
    __type: 'com.amazonaws.dynamodb.v20120810#TransactionCanceledException',
    Message: `Transaction cancelled, please refer cancellation reasons for specific reasons [${reasons
      .map(({ Code }) => Code)
      .join(', ')}]`,
    CancellationReasons: reasons,
  }
  return { status: 400, body: JSON.stringify(refusal) }
}
