import { AwsError, type AwsRequest, type AwsResponse } from './service.ts'

/**
 * What DynamoDB does and the embedded one never: `conflict` refuses a write because another one is under way,
 * `lose-answer` writes and answers 500.
 */
export type DynamoDbFault = 'conflict' | 'lose-answer'

/** Writes that are to fail, `times` for each fault. */
export type DynamoDbFaults = Map<DynamoDbFault, number>

/** Makes a write, or lets it fail as it is told to. */
export async function writeWithFaults(
  faults: DynamoDbFaults,
  request: AwsRequest,
  write: () => Promise<AwsResponse>,
): Promise<AwsResponse> {
  const fails = (fault: DynamoDbFault) => {
    const left = faults.get(fault) ?? 0
    if (left > 0) faults.set(fault, left - 1)
    return left > 0
  }
  if (fails('conflict')) return conflict(request)
  const losesAnswer = fails('lose-answer')
  const response = await write()
  if (losesAnswer) throw new AwsError('InternalServerError', 'The request failed', 500)
  return response
}

/** Of a transaction it is the first item that is in conflict. */
function conflict({ operation, body }: AwsRequest): AwsResponse {
  const message = 'Transaction is ongoing for the item'
  if (operation !== 'TransactWriteItems') throw new AwsError('TransactionConflictException', message)
  const { TransactItems } = JSON.parse(body.toString()) as { TransactItems: unknown[] } // as the engine would read it
  const reasons = TransactItems.map((_, index) =>
    index === 0 ? { Code: 'TransactionConflict', Message: message } : { Code: 'None' },
  )
  const codes = reasons.map(({ Code }) => Code).join(', ')
  const refusal = {
    __type: 'com.amazonaws.dynamodb.v20120810#TransactionCanceledException',
    Message: `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
    CancellationReasons: reasons,
  }
  return { status: 400, body: JSON.stringify(refusal) }
}
