import { TransactionCanceledException } from '@aws-sdk/client-dynamodb'
import { describe, expect, it } from 'vitest'
import { toItem } from '../../commands/event-store/commit-item.ts'
import { createDynamoCommitTable } from '../../commands/event-store/dynamo-commit-table.ts'
import { createDynamoReservations } from '../../commands/event-store/dynamo-reservations.ts'
import { eventStoreContract } from '../contract/event-store.ts'
import { newCommit } from '../kit/commits.ts'
import { embeddedDynamoDb } from '../kit/embedded-dynamodb.ts'

const { client, table } = await embeddedDynamoDb()
const commits = await table('commits', { pk: 'S', sk: 'N' })
const reservations = await table('reservations', { pk: 'S', sk: 'S' })

eventStoreContract('DynamoDB', () => ({
  ...createDynamoCommitTable(client, commits, reservations),
  ...createDynamoReservations(client, reservations),
}))

describe('the transaction of a commit and its reservation', () => {
  const reservation = { set: 'email', key: 'ann@example.com' }
  const item = toItem({ ...newCommit(), stream: 'user-1', version: 1 })

  /** What a put answers when DynamoDB cancels its transaction with these codes, the commit's first. */
  const putCancelledBy = (...codes: string[]) => {
    const error = new TransactionCanceledException({
      message: 'cancelled',
      $metadata: {},
      CancellationReasons: codes.map((Code) => ({ Code })),
    })
    // The one method of the client that the adapter calls.
    const cancelling = { send: () => Promise.reject(error) } as unknown as typeof client
    return createDynamoCommitTable(cancelling, commits, reservations).putNew(
      item,
      { take: [reservation], release: [] },
      1000,
    )
  }

  it.each([
    ['TransactionConflict', 'None'],
    ['None', 'TransactionConflict'],
    ['TransactionConflict', 'ConditionalCheckFailed'],
    ['ThrottlingError', 'ConditionalCheckFailed'],
    ['ProvisionedThroughputExceeded', 'None'],
    [],
  ])('has an unknown outcome when it is cancelled by %s and %s', async (...codes) => {
    expect(await putCancelledBy(...codes)).toMatchObject({ outcome: 'unknown' })
  })

  it('is refused for good only when nothing is wrong with the commit', async () => {
    expect(await putCancelledBy('None', 'ConditionalCheckFailed')).toMatchObject({
      outcome: 'taken',
      reservation,
      cost: { requests: 1, writeUnits: 4 },
    })
  })

  it('fails where trying again is of no use', async () => {
    await expect(putCancelledBy('None', 'ValidationError')).rejects.toThrow('cancelled')
  })
})
