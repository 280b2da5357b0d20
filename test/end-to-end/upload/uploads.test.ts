import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { GetExecutionHistoryCommand, ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn'
import sharp from 'sharp'
import { afterEach, beforeEach, describe, expect, inject, it, vi } from 'vitest'
import { readTemplate } from '../../../infra/local/index.ts'
import { type RunningCloud, runLocalCloud } from '../../kit/local-cloud/local-cloud.ts'
import { runOps } from '../../kit/local-cloud/ops-process.ts'
import { type Answer, mailsTo, type Person, signUp } from '../../kit/people/person.ts'
import { picture, sendFile } from '../../kit/upload/send-file.ts'

let running: RunningCloud
let ann: Person
let projectId: string
let dataDir: string
const soon = { timeout: 30_000, interval: 50 }
const readAfter = ({ body }: Answer) => ({ 'read-after': String(body['position']) })

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'annals-uploads-'))
})

afterEach(async () => {
  await running.close()
  rmSync(dataDir, { recursive: true, force: true })
})

/** A local cloud with a person who owns a project. */
async function start(...o: Parameters<typeof runLocalCloud>): Promise<void> {
  running = await runLocalCloud(...o)
  ann = await signUp(running.config)
  projectId = String((await ann.command('create-project', { title: 'Atlas' })).body['id'])
}

const request = (size: number, more: object = {}) =>
  ann.command('request-upload', {
    projectId,
    fileName: 'Über den Fluß.jpg',
    contentType: 'image/jpeg',
    size,
    ...more,
  })

/** The upload, once it has ended with this status. */
async function ended(uploadId: unknown, status: string): Promise<Record<string, unknown>> {
  return vi.waitFor(async () => {
    const { body } = await ann.query(`/uploads/${uploadId}`)
    expect(body).toMatchObject({ status })
    return body
  }, soon)
}

describe('a picture', () => {
  it('is sent, checked, counted, shown and announced by mail', async () => {
    await start()
    const content = await picture()
    const requested = await request(content.length)
    expect(requested).toMatchObject({ status: 200, body: { upload: { method: 'POST' } } })
    const { body: open } = await ann.query(`/uploads/${requested.body['id']}`, readAfter(requested))
    expect(open).toMatchObject({ status: 'requested', steps: [{ name: 'requested' }] })
    expect(open).not.toHaveProperty('originalUrl')
    expect((await sendFile(requested, content)).status).toBe(204)

    const upload = await ended(requested.body['id'], 'completed')
    expect(upload).toMatchObject({ projectId, size: content.length, width: 1600, height: 1200 })
    const steps = upload['steps'] as { name: string }[] // the contract defines this shape
    expect(new Set(steps.map(({ name }) => name))).toEqual(
      new Set(['requested', 'validated', 'quota-reserved', 'metadata-read', 'thumbnail-made', 'completed']),
    )

    const original = await fetch(String(upload['originalUrl']))
    expect(Buffer.from(await original.arrayBuffer()).equals(Buffer.from(content))).toBe(true)
    expect(original.headers.get('content-disposition')).toContain(encodeURIComponent('Über den Fluß.jpg'))
    const thumbnail = await fetch(String(upload['thumbnailUrl']))
    expect(thumbnail.headers.get('content-type')).toBe('image/webp')
    expect(await sharp(await thumbnail.arrayBuffer()).metadata()).toMatchObject({ width: 512, height: 384 })

    const counted = { uploads: 1, bytes: content.length }
    const used = { bytesUsed: content.length, bytesReserved: 0 }
    await vi.waitFor(async () => {
      expect((await ann.query(`/projects/${projectId}/stats`)).body).toMatchObject({ members: 1, ...counted })
      expect((await ann.query('/me/usage')).body).toMatchObject(used)
      const { body } = await ann.query('/analytics/daily')
      expect((body['items'] as object[]).at(-1)).toMatchObject(counted)
      const subjects = (await mailsTo(running.config, ann.email)).map(({ subject }) => subject)
      expect(subjects).toContainEqual(expect.stringContaining('Über den Fluß.jpg'))
    }, soon)

    // An operator sees the whole way of the file, from the request to the mail.
    const uploadId = String(requested.body['id'])
    const correlationId = String(requested.headers.get('x-correlation-id'))
    await vi.waitFor(async () => {
      const { stdout } = await runOps(running.dataDir, ['trace', correlationId])
      expect(stdout).toContain('POST request-upload')
      for (const step of ['validate', 'reserve-quota', 'record-metadata', 'record-thumbnail', 'complete'])
        expect(stdout).toMatch(new RegExp(`UploadSteps +${step} ${uploadId} +go-on`))
      for (const step of ['read-metadata', 'make-thumbnail'])
        expect(stdout).toMatch(new RegExp(`UploadPictures +${step} ${uploadId} +done`))
      expect(stdout).toMatch(new RegExp(`SendMail +upload-completed-email upload-${uploadId}/\\d +sent`))
    }, soon)
  })

  it('that is not a picture is rejected, with the reason, and leaves nothing behind', async () => {
    await start()
    const text = new TextEncoder().encode('I am a picture. '.repeat(20))
    const plain = await request(text.length)
    await sendFile(plain, text)
    expect(await ended(plain.body['id'], 'rejected')).toMatchObject({
      reason: expect.stringMatching(/not a picture/),
    })

    const torn = (await picture(400, 300)).map((byte, index) => (index < 20 ? byte : 0))
    const answer = await request(torn.length)
    await sendFile(answer, torn)
    expect(await ended(answer.body['id'], 'rejected')).toMatchObject({
      reason: expect.stringMatching(/cannot be read as a picture/),
    })
    await vi.waitFor(async () => {
      expect((await ann.query('/me/usage')).body).toMatchObject({ bytesUsed: 0, bytesReserved: 0 })
    }, soon)
    expect((await ann.query(`/projects/${projectId}/stats`)).body).toMatchObject({ uploads: 0, bytes: 0 })
  })

  it("of a person who was removed after they got the form is rejected, and uses nobody's quota", async () => {
    await start()
    const bob = await signUp(running.config)
    const add = { projectId, email: bob.email, role: 'editor' } as const
    expect((await ann.command('add-project-member', add)).status).toBe(200)
    const content = await picture(400, 300)
    const body = { projectId, fileName: 'a.jpg', contentType: 'image/jpeg', size: content.length } as const
    const key = { 'idempotency-key': 'one' }
    const requested = await bob.command('request-upload', body, key)
    const removal = { projectId, userId: bob.userId } as const
    expect((await ann.command('remove-project-member', removal)).status).toBe(200)
    const repeated = await bob.command('request-upload', body, key)
    expect(repeated).toMatchObject({ status: 200, body: { id: requested.body['id'] } })
    expect(repeated.body).not.toHaveProperty('upload')

    expect((await sendFile(requested, content)).status).toBe(204)
    const upload = await ended(requested.body['id'], 'rejected')
    expect(upload).toMatchObject({ reason: 'The project is no longer shared with you.' })
    expect(upload).not.toHaveProperty('originalUrl')
    await vi.waitFor(async () => {
      expect((await ann.query('/me/usage')).body).toMatchObject({ bytesUsed: 0, bytesReserved: 0 })
    }, soon)
  })

  it('is refused by S3 itself if it does not match the form', async () => {
    await start()
    const content = await picture(40, 30)
    const requested = await request(content.length)
    const longer = new Uint8Array(content.length + 1)
    longer.set(content)
    expect((await sendFile(requested, longer)).status).toBe(400)
    expect((await sendFile(requested, content.slice(1))).status).toBe(400)
    const { upload } = requested.body as { upload: { fields: object } } // the contract defines this shape
    const fields = { ...upload.fields, key: 'files/other/original' }
    expect((await sendFile({ ...requested, body: { upload: { ...upload, fields } } }, content)).status).toBe(
      403,
    )
    const listed = await ann.query(`/projects/${projectId}/uploads`, readAfter(requested))
    expect(listed.body).toMatchObject({ items: [{ status: 'requested' }] })
  })

  it('is processed although every function fails at times', async () => {
    await start()
    running.cloud.faults.shake({
      chances: { kill: 0.2, fail: 0.05, 'lose-answer': 0.05 },
      seed: 'uploads',
      delayMs: 0,
      at: /Upload(Steps|Pictures)/,
    })
    const content = await picture()
    const requested = await Promise.all(Array.from({ length: 5 }, () => request(content.length)))
    for (const one of requested) await sendFile(one, content)
    const ends = await vi.waitFor(
      async () => {
        const answers = await Promise.all(requested.map(({ body }) => ann.query(`/uploads/${body['id']}`)))
        const found = answers.map(({ body }) => String(body['status']))
        expect(found.filter((status) => !['completed', 'failed'].includes(status))).toEqual([])
        return found
      },
      { timeout: 50_000, interval: 100 },
    )
    running.cloud.faults.calm()
    // The quota is right after every outcome.
    const completed = ends.filter((status) => status === 'completed').length
    const counted = { bytesUsed: completed * content.length, bytesReserved: 0 }
    await vi.waitFor(async () => {
      expect((await ann.query('/me/usage')).body).toMatchObject(counted)
    }, soon)
  })

  it('is processed after a restart if the local cloud was stopped meanwhile', async () => {
    await start({ dataDir })
    running.cloud.faults.shake({
      chances: { kill: 1 },
      seed: 'stop',
      delayMs: 0,
      at: /^run Annals-UploadPictures/,
    })
    const content = await picture()
    const requested = await request(content.length)
    await sendFile(requested, content)
    await vi.waitFor(() => expect(running.lines.join('\n')).toMatch(/"reserve-quota".*go-on/), soon)
    await running.close()
    running = await runLocalCloud({ dataDir })
    await vi.waitFor(() => expect(running.lines.join('\n')).toMatch(/"complete".*go-on/), soon)
  })
})

describe('a run of the pipeline', () => {
  it('can be inspected state by state if it is a Standard one', async () => {
    await start({}, ({ Resources }) => {
      for (const { Type, Properties } of Object.values(Resources))
        if (Type === 'AWS::StepFunctions::StateMachine') Properties['StateMachineType'] = 'STANDARD'
    })
    const content = await picture(40, 30)
    const requested = await request(content.length)
    await sendFile(requested, content)
    await ended(requested.body['id'], 'completed')
    const client = new SFNClient({
      region: running.config.region,
      endpoint: running.cloud.awsUrl,
      credentials: { accessKeyId: 'developer', secretAccessKey: 'any' },
    })
    const [machine] = readTemplate(inject('assembly')).ofType('AWS::StepFunctions::StateMachine')
    const stateMachineArn = `arn:aws:states:${running.config.region}:000000000000:stateMachine:Annals-${machine?.logicalId}`
    const executionArn = await vi.waitFor(async () => {
      const { executions } = await client.send(
        new ListExecutionsCommand({ stateMachineArn, statusFilter: 'SUCCEEDED' }),
      )
      expect(executions).toHaveLength(1)
      return executions?.[0]?.executionArn
    }, soon)
    const { events = [] } = await client.send(
      new GetExecutionHistoryCommand({ executionArn, maxResults: 1000 }),
    )
    const entered = events
      .map(({ stateEnteredEventDetails }) => stateEnteredEventDetails?.name)
      .filter(Boolean)
    expect(entered).toEqual(expect.arrayContaining(['Begin', 'Validate', 'OpenPicture', 'Complete', 'Done']))
    expect(entered).not.toContain('Close')
  })
})
