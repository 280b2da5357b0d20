import { GetCommand, PutCommand, QueryCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb'
import { describe, expect, it } from 'vitest'
import { createLoggingDynamoClient, throttledCall } from '../../../commands/aws/dynamo-throttling.ts'

interface Answer {
  readonly status: number
  readonly body: object
}

const reason = 'TableWriteKeyRangeThroughputExceeded'
const throttled = (type: string, more: object = {}): Answer => ({
  status: 400,
  body: { __type: `com.amazonaws.dynamodb.v20120810#${type}`, message: 'Throttled', ...more },
})
const fine: Answer = { status: 200, body: {} }

/** A client whose attempts get these answers, one after another, and the warnings that it logs. */
function clientOf(...answers: readonly Answer[]) {
  const warnings: unknown[][] = []
  const left = [...answers]
  const client = createLoggingDynamoClient(
    {
      region: 'eu-west-1',
      credentials: { accessKeyId: 'id', secretAccessKey: 'secret' },
      requestHandler: {
        async handle() {
          const { status, body } = left.shift() ?? fine
          const text = JSON.stringify(body)
          return {
            response: {
              statusCode: status,
              headers: { 'content-type': 'application/x-amz-json-1.0' },
              body: new TextEncoder().encode(text),
            },
          }
        },
      },
    },
    { warn: (...line: unknown[]) => void warnings.push(line) },
  )
  return { client, warnings }
}

describe('a throttled call', () => {
  it('is logged with its stream and the reason of DynamoDB, even if the next attempt succeeds', async () => {
    const { client, warnings } = clientOf(
      throttled('ProvisionedThroughputExceededException', {
        ThrottlingReasons: [{ reason, resource: 'arn' }],
      }),
      fine,
    )
    await client.send(new PutCommand({ TableName: 'Events', Item: { pk: 'user-1', sk: 1 } }))
    expect(warnings).toEqual([
      [throttledCall, { operation: 'PutItemCommand', reason, table: 'Events', stream: 'user-1' }],
    ])
  })

  it('is logged for each attempt', async () => {
    const { client, warnings } = clientOf(
      throttled('ThrottlingException', { throttlingReasons: [{ reason }] }),
      throttled('ThrottlingException', { throttlingReasons: [{ reason }] }),
    )
    const values = { ':pk': 'user-1' }
    await client.send(
      new QueryCommand({
        TableName: 'Events',
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: values,
      }),
    )
    const line = { operation: 'QueryCommand', reason, table: 'Events', stream: 'user-1' }
    expect(warnings).toEqual([
      [throttledCall, line],
      [throttledCall, line],
    ])
  })

  it('names the error if DynamoDB gives no reason, and no key that is no stream: it may be personal', async () => {
    const { client, warnings } = clientOf(throttled('RequestLimitExceeded'), fine)
    await client.send(new GetCommand({ TableName: 'Rows', Key: { PK: 'ann@example.org', SK: 'a' } }))
    expect(warnings).toEqual([
      [throttledCall, { operation: 'GetItemCommand', reason: 'RequestLimitExceeded', table: 'Rows' }],
    ])
  })

  it('in a transaction is logged with the stream of its first item', async () => {
    const { client, warnings } = clientOf(
      throttled('TransactionCanceledException', {
        CancellationReasons: [{ Code: 'ThrottlingError' }, { Code: 'None' }],
      }),
    )
    const put = { Put: { TableName: 'Events', Item: { pk: 'user-1', sk: 1 } } }
    const call = client.send(new TransactWriteCommand({ TransactItems: [put, put] }))
    await expect(call).rejects.toThrow()
    expect(warnings).toEqual([
      [
        throttledCall,
        {
          operation: 'TransactWriteItemsCommand',
          reason: 'ThrottlingError',
          table: 'Events',
          stream: 'user-1',
        },
      ],
    ])
  })

  it('is told apart from a call that fails for another reason', async () => {
    const { client, warnings } = clientOf(throttled('ValidationException'))
    await expect(client.send(new GetCommand({ TableName: 'Rows', Key: { pk: 'user-1' } }))).rejects.toThrow()
    expect(warnings).toEqual([])
  })
})
