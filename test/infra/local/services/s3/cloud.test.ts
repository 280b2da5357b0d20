import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { createPresignedPost } from '@aws-sdk/s3-presigned-post'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { newDataDir, removeDataDir } from '../../../../kit/local-cloud/data-dir.ts'
import { type RunningCloud, runLocalCloud, type Template } from '../../../../kit/local-cloud/local-cloud.ts'

const Bucket = 'annals-uploads'
const arnOf = (resource: string) => ({ 'Fn::GetAtt': [resource, 'Arn'] })
let dataDir: string
let running: RunningCloud

beforeEach(async () => {
  dataDir = newDataDir()
  await start()
})
afterEach(async () => {
  await running.close()
  removeDataDir(dataDir)
})

async function start(): Promise<void> {
  running = await runLocalCloud({ dataDir }, addBucket)
}

/** Adds a bucket, and a function that logs its events and whose role may put objects. */
function addBucket({ Resources }: Template, assembly: string): void {
  mkdirSync(join(assembly, 'asset.arrivals'))
  const source = 'export const handler = async (event) => console.log(JSON.stringify(event))'
  writeFileSync(join(assembly, 'asset.arrivals/index.mjs'), source)
  const file = join(assembly, 'annals-dev-service.assets.json')
  const assets = JSON.parse(readFileSync(file, 'utf8'))
  assets.files.arrivals = {
    source: { path: 'asset.arrivals' },
    destinations: { here: { objectKey: 'arrivals.zip' } },
  }
  writeFileSync(file, JSON.stringify(assets))

  const add = (logicalId: string, Type: string, Properties: Record<string, unknown>) => {
    Resources[logicalId] = { Type, Properties }
  }
  const NotificationConfiguration = { EventBridgeConfiguration: { EventBridgeEnabled: true } }
  add('Uploads', 'AWS::S3::Bucket', { BucketName: Bucket, NotificationConfiguration })
  const tls = { Bool: { 'aws:SecureTransport': 'false' } }
  const Deny = {
    Effect: 'Deny',
    Principal: { AWS: '*' },
    Action: 's3:*',
    Resource: arnOf('Uploads'),
    Condition: tls,
  }
  add('UploadsPolicy', 'AWS::S3::BucketPolicy', {
    Bucket: { Ref: 'Uploads' },
    PolicyDocument: { Statement: [Deny] },
  })
  add('ArrivalsRole', 'AWS::IAM::Role', {})
  const objects = { 'Fn::Join': ['', [arnOf('Uploads'), '/*']] }
  const Statement = [{ Effect: 'Allow', Action: 's3:PutObject', Resource: objects }]
  add('ArrivalsPolicy', 'AWS::IAM::Policy', {
    PolicyDocument: { Statement },
    Roles: [{ Ref: 'ArrivalsRole' }],
  })
  add('Arrivals', 'AWS::Lambda::Function', {
    Code: { S3Key: 'arrivals.zip' },
    Handler: 'index.handler',
    Runtime: 'nodejs22.x',
    Role: arnOf('ArrivalsRole'),
  })
  add('ArrivalsRule', 'AWS::Events::Rule', {
    EventPattern: {
      source: ['aws.s3'],
      'detail-type': ['Object Created'],
      detail: { bucket: { name: [{ Ref: 'Uploads' }] } },
    },
    Targets: [{ Arn: arnOf('Arrivals'), Id: 'Target0' }],
  })
  add('ArrivalsPermission', 'AWS::Lambda::Permission', {
    Action: 'lambda:InvokeFunction',
    FunctionName: arnOf('Arrivals'),
    Principal: 'events.amazonaws.com',
    SourceArn: arnOf('ArrivalsRule'),
  })
}

/** A client for the holder of this access key id, with the secret of functions. */
const clientOf = (accessKeyId: string) =>
  new S3Client({
    endpoint: running.cloud.awsUrl,
    region: 'eu-west-1',
    maxAttempts: 1,
    credentials: { accessKeyId, secretAccessKey: 'local' },
  })
const put = (Key: string, by = 'Arrivals') =>
  clientOf(by).send(new PutObjectCommand({ Bucket, Key, Body: 'content' }))
const get = async (Key: string, by = 'developer') => {
  const { Body } = await clientOf(by).send(new GetObjectCommand({ Bucket, Key }))
  return Body?.transformToString()
}

async function post(key: string): Promise<number> {
  const { url, fields } = await createPresignedPost(clientOf('Arrivals'), { Bucket, Key: key })
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  form.append('file', new Blob(['content']))
  return (await fetch(url, { method: 'POST', body: form })).status
}

/** The line that the function logged for an event. */
const arrival = (key: string) =>
  vi.waitFor(
    () => {
      const line = running.lines.find((one) => one.startsWith('Arrivals {') && one.includes(`"${key}"`))
      expect(line).toBeDefined()
      return JSON.parse(line?.replace('Arrivals ', '') ?? '')
    },
    { timeout: 10_000 },
  )

describe('an object on the local cloud', () => {
  it('reaches the target of a rule on the default bus, however it was put', async () => {
    expect(await post('posted')).toBe(204)
    expect(await arrival('posted')).toMatchObject({
      version: '0',
      id: expect.any(String),
      source: 'aws.s3',
      account: '000000000000',
      region: 'eu-west-1',
      time: expect.any(String),
      resources: [`arn:aws:s3:::${Bucket}`],
      'detail-type': 'Object Created',
      detail: { bucket: { name: Bucket }, object: { key: 'posted', size: 7 }, reason: 'POST Object' },
    })
    await put('put')
    expect(await arrival('put')).toMatchObject({ detail: { reason: 'PutObject' } })
  })

  it('exists when the local cloud starts again', async () => {
    await post('kept')
    await running.close()
    await start()
    expect(await get('kept')).toBe('content')
  })

  it('is refused to a function whose role lacks the grant', async () => {
    await post('mine')
    await expect(get('mine', 'Arrivals')).rejects.toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining('assumed-role/Annals-ArrivalsRole/Annals-Arrivals is not authorized'),
    })
  })

  it('is put again by a function that was told to retry', async () => {
    running.cloud.faults.next('throttle', { at: /^PutObject Arrivals$/ })
    await put('other', 'developer')
    await expect(put('key')).rejects.toMatchObject({ name: 'SlowDown' })
    await put('key')
    expect(await get('key')).toBe('content')
  })
})
