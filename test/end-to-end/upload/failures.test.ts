import { randomUUID } from 'node:crypto'
import { PutItemCommand } from '@aws-sdk/client-dynamodb'
import { InvokeCommand, LambdaClient, ListFunctionsCommand } from '@aws-sdk/client-lambda'
import { ListBucketsCommand, ListObjectVersionsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { marshall } from '@aws-sdk/util-dynamodb'
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest'
import { toItem } from '../../../commands/event-store/commit-item.ts'
import { uploadEvents } from '../../../domain/upload/events.ts'
import { incomingKey, originalKey } from '../../../domain/upload/object-keys.ts'
import { declared, declaredOf } from '../../kit/local-cloud/declared-resources.ts'
import { type RunningCloud, runLocalCloud, type Template } from '../../kit/local-cloud/local-cloud.ts'
import { logged, runsOf } from '../../kit/local-cloud/redelivery.ts'
import { type Person, signUp } from '../../kit/people/person.ts'
import { newCommit } from '../../kit/stores/commits.ts'
import { eventStoreTable } from '../../kit/stores/event-store-table.ts'
import { requested } from '../../kit/upload/upload-events.ts'

let running: RunningCloud
let ann: Person
let projectId: string
const soon = { timeout: 15_000, interval: 20 }

beforeAll(async () => {
  running = await runLocalCloud({ retryDelaysMs: [10] }, withoutTrigger)
  ann = await signUp(running.config)
  projectId = String((await ann.command('create-project', { title: 'Atlas' })).body['id'])
})
afterAll(() => running.close())

/** People are registered by their first request, not by the user pool. */
function withoutTrigger({ Resources }: Template): void {
  for (const { Type, Properties } of Object.values(Resources))
    if (Type === 'AWS::Cognito::UserPool') delete Properties['LambdaConfig']
}

const client = () => ({
  region: running.config.region,
  endpoint: running.cloud.awsUrl,
  credentials: { accessKeyId: 'developer', secretAccessKey: 'local' },
})

/** Appends the request of an upload that expired an hour ago. Returns its id. */
async function expiredUpload(): Promise<string> {
  const uploadId = randomUUID()
  const anHourAgo = new Date(Date.now() - 60 * 60 * 1000).toISOString()
  const people = { ownerId: ann.userId, requestedBy: ann.userId }
  const event = requested(projectId, { ...people, expiresAt: anHourAgo })
  const commit = newCommit({ events: [uploadEvents.encode(event)], actorId: ann.userId, at: anHourAgo })
  const store = eventStoreTable({
    assembly: inject('assembly'),
    endpoint: running.cloud.awsUrl,
    region: running.config.region,
  })
  const Item = marshall(toItem({ ...commit, stream: `upload-${uploadId}`, version: 1 }))
  await store.client.send(new PutItemCommand({ TableName: store.TableName, Item }))
  await vi.waitFor(async () => expect((await ann.query(`/uploads/${uploadId}`)).status).toBe(200), soon)
  return uploadId
}

describe('an upload whose run died', () => {
  it('is ended once it has expired, and all of its files are removed', async () => {
    const uploadId = await expiredUpload()
    const s3 = new S3Client({ ...client(), forcePathStyle: true })
    const { Buckets = [] } = await s3.send(new ListBucketsCommand({}))
    const Bucket = Buckets[0]?.Name
    const dead = { chances: { kill: 1 }, seed: 'dead', delayMs: 0, at: runsOf('UploadSteps') }
    running.cloud.faults.shake(dead)
    for (const Key of [incomingKey(uploadId), originalKey(uploadId)])
      await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'a file' }))

    const schedule = declaredOf('AWS::Scheduler::Schedule').find(({ logicalId }) =>
      /^ExpireUploads/.test(logicalId),
    )
    await fetch(`${running.cloud.awsUrl}/_local/schedules/${schedule?.logicalId}`, { method: 'POST' })
    await vi.waitFor(async () => {
      expect((await ann.query(`/uploads/${uploadId}`)).body).toMatchObject({ status: 'expired' })
      for (const Prefix of [incomingKey(uploadId), originalKey(uploadId)])
        expect((await s3.send(new ListObjectVersionsCommand({ Bucket, Prefix }))).Versions ?? []).toEqual([])
    }, soon)
    running.cloud.faults.calm()
  })
})

describe('an incoming file that is gone', () => {
  async function invoke(name: string, input: object): Promise<unknown> {
    const lambda = new LambdaClient(client())
    const { Functions = [] } = await lambda.send(new ListFunctionsCommand({}))
    const { FunctionName } =
      Functions.find((one) => one.FunctionName?.endsWith(declared(name).logicalId)) ?? {}
    const request = { FunctionName, Payload: Buffer.from(JSON.stringify(input)) }
    const { Payload } = await lambda.send(new InvokeCommand(request))
    return JSON.parse(Buffer.from(Payload ?? []).toString())
  }

  it('leaves its upload to another run', async () => {
    const body = { projectId, fileName: 'a.jpg', contentType: 'image/jpeg', size: 2000 }
    const { body: answer } = await ann.command('request-upload', body)
    const input = { step: 'validate', uploadId: answer['id'], run: 'run', etag: 'etag' }
    expect(await invoke('UploadSteps', input)).toEqual({ outcome: 'other-run' })
  })

  it('is told apart from a file that may not be read', async () => {
    const input = { step: 'read-metadata', uploadId: randomUUID(), run: 'run', etag: 'etag' }
    expect(await invoke('UploadPictures', input)).toMatchObject({ errorType: 'ReplacedFile' })
  })
})

describe('a person whose registration did not run', () => {
  it('is registered by a first request for an upload', async () => {
    const bob = await signUp(running.config)
    const body = { projectId, fileName: 'a.jpg', contentType: 'image/jpeg', size: 2000 }
    expect((await bob.command('request-upload', body)).status).toBeGreaterThanOrEqual(400)
    await logged(running, new RegExp(`^Registration.*"registered".*"${bob.userId}"`))
  })
})
