import { DynamoDBServiceException, TransactionCanceledException } from '@aws-sdk/client-dynamodb'
import { describe, expect, it } from 'vitest'
import { toItem } from '../../../commands/event-store/commit-item.ts'
import { createDynamoCommitTable } from '../../../commands/event-store/dynamo-commit-table.ts'
import { createDynamoReservations } from '../../../commands/event-store/dynamo-reservations.ts'
import { noReservations } from '../../../domain/kernel/reservation.ts'
import { eventStoreContract } from '../../contract/event-store.ts'
import { snapshotContract } from '../../contract/snapshots.ts'
import { newCommit } from '../../kit/stores/commits.ts'
import { embeddedDynamoDb } from '../../kit/stores/embedded-dynamodb.ts'

const { client, table } = await embeddedDynamoDb()
const commits = await table('commits', { pk: 'S', sk: 'N' })
const reserved = await table('reservations', { pk: 'S', sk: 'S' })

eventStoreContract('DynamoDB', () => ({
  ...createDynamoCommitTable(client, commits, reserved),
  ...createDynamoReservations(client, reserved),
}))
snapshotContract('DynamoDB', () => createDynamoCommitTable(client, commits))

const item = toItem({ ...newCommit(), stream: 'voyage-1', version: 1 })

/** The result of a put if every call of DynamoDB fails with this error. */
function putFailingBy(error: Error, reservations = noReservations) {
  // The only method of the client that the adapter calls.
  const failing = { send: () => Promise.reject(error) } as unknown as typeof client
  return createDynamoCommitTable(failing, commits, reserved).putNew(item, reservations, 1000)
}

describe('a put of a commit', () => {
  const named = (name: string) => Object.assign(new Error(name), { name })
  const service = ($fault: 'client' | 'server', httpStatusCode: number, name: string) =>
    new DynamoDBServiceException({ name, $fault, $metadata: { httpStatusCode } })

  it.each([
    named('TimeoutError'),
    named('AbortError'),
    named('ECONNRESET'),
    service('server', 500, 'InternalServerError'),
    service('server', 503, 'ServiceUnavailable'),
    service('client', 400, 'ProvisionedThroughputExceededException'),
    service('client', 400, 'ThrottlingException'),
    service('client', 400, 'RequestLimitExceeded'),
    service('client', 400, 'TransactionConflictException'),
  ])('has an unknown outcome if it fails by %s', async (error) => {
    expect(await putFailingBy(error)).toMatchObject({ outcome: 'unknown' })
  })

  it.each([
    service('client', 400, 'AccessDeniedException'),
    service('client', 400, 'ResourceNotFoundException'),
    service('client', 400, 'ValidationException'),
  ])('fails immediately by %s', async (error) => {
    await expect(putFailingBy(error)).rejects.toBe(error)
  })
})

describe('the transaction of a commit and its reservation', () => {
  const reservation = { set: 'email', key: 'ann@example.com' }

  /** The result of a put if DynamoDB cancels its transaction with these codes, the commit's code first. */
  const putCancelledBy = (...codes: string[]) =>
    putFailingBy(
      new TransactionCanceledException({
        message: 'cancelled',
        $metadata: {},
        CancellationReasons: codes.map((Code) => ({ Code })),
      }),
      { take: [reservation], release: [] },
    )

  it.each([
    ['TransactionConflict', 'None'],
    ['None', 'TransactionConflict'],
    ['TransactionConflict', 'ConditionalCheckFailed'],
    ['ThrottlingError', 'ConditionalCheckFailed'],
    ['ProvisionedThroughputExceeded', 'None'],
    [],
  ])('has an unknown outcome if it is cancelled by %s and %s', async (...codes) => {
    expect(await putCancelledBy(...codes)).toMatchObject({ outcome: 'unknown' })
  })

  it('is refused permanently only if nothing is wrong with the commit', async () => {
    expect(await putCancelledBy('None', 'ConditionalCheckFailed')).toMatchObject({
      outcome: 'taken',
      reservation,
      cost: { requests: 1, writeUnits: 4 },
    })
  })

  it('fails if a retry would be useless', async () => {
    await expect(putCancelledBy('None', 'ValidationError')).rejects.toThrow('cancelled')
  })
})
