import { describe, expect, it } from 'vitest'
import { terms } from '../../../domain/subscription/plans.ts'
import { incomingKey, originalKey, thumbnailKey } from '../../../domain/upload/object-keys.ts'
import { maxRunMs } from '../../../domain/upload/upload.ts'
import { user } from '../../../domain/user/user.ts'
import { createSteps } from '../../../workflows/upload/steps.ts'
import { jpegOf, uploadSide } from '../../kit/upload/upload-side.ts'

const unused = { bytesUsed: 0, reserved: {} }
const rejected = { step: 'close', as: 'rejected', reason: 'No room.', cause: '' } as const
const failed = { step: 'close', as: 'failed', reason: 'Broken.', cause: 'Error' } as const

/** An upload whose file was sent and accepted by a run, with reserved storage. */
async function processing() {
  const side = uploadSide()
  await side.request('u')
  const etag = side.send('u')
  await side.step('u', 'run-1', { step: 'validate', etag })
  await side.step('u', 'run-1', { step: 'reserve-quota' })
  return { ...side, etag }
}

describe('a file that was sent', () => {
  it('passes all steps, and is stored where it is read', async () => {
    const { step, request, send, uploadNow, quotaOf, files } = uploadSide()
    await request('u')
    const etag = send('u')
    const outcomes = []
    for (const one of [
      { step: 'validate', etag },
      { step: 'reserve-quota' },
      { step: 'record-metadata', width: 40, height: 30 },
      { step: 'record-thumbnail' },
    ] as const)
      outcomes.push(await step('u', 'run-1', one))
    expect(await quotaOf('ann')).toEqual({ bytesUsed: 0, reserved: { u: 1000 } })
    outcomes.push(await step('u', 'run-1', { step: 'complete', etag }))
    expect(outcomes).toEqual(Array(5).fill({ outcome: 'go-on' }))
    expect(await uploadNow('u')).toMatchObject({ status: 'completed' })
    expect(await quotaOf('ann')).toEqual({ bytesUsed: 1000, reserved: {} })
    expect([...files.contents.keys()]).toEqual([originalKey('u')])
  })

  it('belongs to the request, and every event carries its correlation id', async () => {
    const { store, etag, step } = await processing()
    await step('u', 'run-1', { step: 'complete', etag })
    const left = { left: () => 1000 }
    for (const stream of ['upload-u', 'subscription-ann'] as const) {
      const { commits } = await store.read(stream, 1, left)
      expect(new Set(commits.map(({ correlationId }) => correlationId))).toEqual(new Set(['of the request']))
    }
  })

  it('may be reported twice: the second run leaves it to the first', async () => {
    const { step, etag, files, quotaOf } = await processing()
    expect(await step('u', 'run-2', { step: 'validate', etag })).toEqual({ outcome: 'other-run' })
    expect(await step('u', 'run-2', failed)).toEqual({ outcome: 'other-run' })
    expect(files.contents.has(incomingKey('u'))).toBe(true)
    expect(await quotaOf('ann')).toEqual({ bytesUsed: 0, reserved: { u: 1000 } })
  })

  it('and is replaced is processed by the run of the newest one', async () => {
    const { step, request, send } = uploadSide()
    await request('u')
    const first = send('u')
    const second = send('u', jpegOf(1000, 7))
    expect(await step('u', 'run-1', { step: 'validate', etag: first })).toEqual({ outcome: 'other-run' })
    expect(await step('u', 'run-2', { step: 'validate', etag: second })).toEqual({ outcome: 'go-on' })
  })

  it('is refused at the end if it was replaced meanwhile', async () => {
    const { step, etag, send, uploadNow } = await processing()
    send('u', jpegOf(1000, 7))
    await expect(step('u', 'run-1', { step: 'complete', etag })).rejects.toMatchObject({
      name: 'ReplacedFile',
    })
    expect(await uploadNow('u')).toMatchObject({ status: 'processing' })
  })

  it.each([
    ['has another size', jpegOf(999), /999 bytes instead of the requested 1000/],
    ['has another type', new Uint8Array(1000), /not a picture\. The request was for image\/jpeg/],
  ])('and %s is rejected, and removed', async (_, content, reason) => {
    const { step, request, send, store, files } = uploadSide()
    await request('u')
    const etag = send('u', content)
    expect(await step('u', 'run-1', { step: 'validate', etag })).toEqual({ outcome: 'ended' })
    await step('u', 'run-1', rejected)
    const { commits } = await store.read('upload-u', 2, { left: () => 1000 })
    expect(commits.flatMap(({ events }) => events)).toMatchObject([
      { type: 'UploadRejected', data: { reason: expect.stringMatching(reason) } },
    ])
    expect([...files.contents.keys()]).toEqual([])
  })

  it('without enough storage is rejected, with that reason', async () => {
    const { step, request, send, reserve, uploadNow, quotaOf } = uploadSide()
    const bytes = terms.free.bytesAllowed - 999
    await reserve(bytes)
    await request('u', 1000)
    const etag = send('u')
    await step('u', 'run-1', { step: 'validate', etag })
    const answer = await step('u', 'run-1', { step: 'reserve-quota' })
    expect(answer).toEqual({ outcome: 'rejected', reason: expect.stringMatching(/larger plan/) })
    await step('u', 'run-1', rejected)
    expect(await uploadNow('u')).toMatchObject({ status: 'rejected' })
    expect(await quotaOf('ann')).toEqual({ bytesUsed: 0, reserved: { other: bytes } })
  })

  it('for an upload that has ended is removed', async () => {
    const { step, request, send, cancel, files, uploadNow } = uploadSide()
    await request('u')
    await cancel('u')
    const etag = send('u')
    expect(await step('u', 'run-1', { step: 'validate', etag })).toEqual({ outcome: 'ended' })
    await step('u', 'run-1', rejected)
    expect([...files.contents.keys()]).toEqual([])
    expect(await uploadNow('u')).toMatchObject({ status: 'cancelled' })
  })

  it('for an unknown upload is removed', async () => {
    const { step, send, files } = uploadSide()
    const etag = send('u')
    expect(await step('u', 'run-1', { step: 'validate', etag })).toEqual({ outcome: 'ended' })
    await step('u', 'run-1', rejected)
    expect([...files.contents.keys()]).toEqual([])
  })
})

describe('a file whose requester may no longer add it', () => {
  const member = (role: 'editor' | 'viewer') =>
    ({ type: 'add-project-member', actorId: 'ann', userId: 'bob', role }) as const

  /** Bob, an editor of Ann's project, has sent a file that is ready to be completed. */
  async function ready() {
    const side = uploadSide()
    const { change, onProject, request, send, step } = side
    for (const actorId of ['ann', 'bob'])
      await change(user, actorId, {
        type: 'register-user',
        actorId,
        email: `${actorId}@example.com`,
        name: '',
      })
    await onProject({ type: 'create-project', actorId: 'ann', title: 'Atlas' })
    await onProject(member('editor'))
    await request('u', 1000, 'bob')
    const etag = send('u')
    await step('u', 'run-1', { step: 'validate', etag })
    await step('u', 'run-1', { step: 'reserve-quota' })
    return { ...side, etag }
  }
  type Ready = Awaited<ReturnType<typeof ready>>

  it.each<[string, RegExp, number, (side: Ready) => Promise<void>]>([
    [
      'was removed',
      /no longer shared/,
      3,
      ({ onProject }) => onProject({ type: 'remove-project-member', actorId: 'ann', userId: 'bob' }),
    ],
    ['is a viewer now', /role/, 3, ({ onProject }) => onProject(member('viewer'))],
    [
      'sent it to a project that is archived now',
      /archived/,
      3,
      ({ onProject }) => onProject({ type: 'archive-project', actorId: 'ann' }),
    ],
    [
      'sent it to a project whose owner has deleted their account',
      /owner .* deleted/,
      2,
      ({ change }) => change(user, 'ann', { type: 'delete-account', actorId: 'ann', hold: undefined }),
    ],
    [
      'has deleted their account',
      /no longer shared/,
      2,
      ({ change }) => change(user, 'bob', { type: 'delete-account', actorId: 'bob', hold: undefined }),
    ],
  ])('because they %s is rejected at the end, and nothing is left of it', async (_, why, version, happen) => {
    const side = await ready()
    const { step, store, files, uploadNow, quotaOf } = side
    await happen(side)
    const outcome = await step('u', 'run-1', { step: 'complete', etag: side.etag })
    expect(outcome).toEqual({
      outcome: 'rejected',
      reason: expect.stringMatching(why),
      projectVersion: version,
    })
    // Every part of the step can be repeated until the run is closed.
    expect(await uploadNow('u')).toMatchObject({ status: 'processing' })
    expect(await quotaOf('ann')).toEqual({ bytesUsed: 0, reserved: { u: 1000 } })
    if (outcome.outcome !== 'rejected') return
    const { reason, projectVersion = 0 } = outcome
    await step('u', 'run-1', { step: 'close', as: 'rejected', reason, projectVersion, cause: '' })
    expect(await quotaOf('ann')).toEqual(unused)
    expect([...files.contents.keys()]).toEqual([])
    const { commits } = await store.read('upload-u', 4, { left: () => 1000 })
    expect(commits.flatMap(({ events }) => events)).toMatchObject([
      { type: 'UploadRejected', data: { reason, projectVersion: version } },
    ])
  })

  it('is completed if they were removed and added again before the end, and the event names the version', async () => {
    const { step, etag, onProject, store } = await ready()
    await onProject({ type: 'remove-project-member', actorId: 'ann', userId: 'bob' })
    await onProject(member('editor'))
    expect(await step('u', 'run-1', { step: 'complete', etag })).toEqual({ outcome: 'go-on' })
    const { commits } = await store.read('upload-u', 4, { left: () => 1000 })
    expect(commits.flatMap(({ events }) => events)).toMatchObject([
      { type: 'UploadCompleted', data: { size: 1000, projectVersion: 4 } },
    ])
  })

  it('is rejected even if they are removed while the file is copied', async () => {
    const { step, etag, onProject, files } = await ready()
    const { copy } = files
    files.copy = async (...o) => {
      await copy(...o)
      await onProject({ type: 'remove-project-member', actorId: 'ann', userId: 'bob' })
    }
    expect(await step('u', 'run-1', { step: 'complete', etag })).toMatchObject({ outcome: 'rejected' })
  })
})

describe('a run that stops', () => {
  it.each([rejected, failed])('undoes its work: $as', async (close) => {
    const { step, etag, files, uploadNow, quotaOf } = await processing()
    files.contents.set(thumbnailKey('u'), new Uint8Array(1))
    await files.copy(incomingKey('u'), etag, originalKey('u'))
    expect(await step('u', 'run-1', close)).toEqual({ outcome: 'ended' })
    expect(await uploadNow('u')).toMatchObject({ status: close.as })
    expect(await quotaOf('ann')).toEqual(unused)
    expect([...files.contents.keys()]).toEqual([])
  })

  it('keeps the upload open until everything is undone, so that a retry can finish', async () => {
    const { step, files, uploadNow } = await processing()
    const broken = { ...files, remove: () => Promise.reject(new Error('S3 is down')) }
    const { remove } = files
    files.remove = broken.remove
    await expect(step('u', 'run-1', failed)).rejects.toThrow('S3 is down')
    expect(await uploadNow('u')).toMatchObject({ status: 'processing' })
    files.remove = remove
    await step('u', 'run-1', failed)
    expect(await uploadNow('u')).toMatchObject({ status: 'failed' })
  })

  it('after the end only settles: a completed file stays', async () => {
    const { step, etag, uploadNow, quotaOf, files } = await processing()
    const { remove } = files
    files.remove = () => Promise.reject(new Error('S3 is down'))
    await expect(step('u', 'run-1', { step: 'complete', etag })).rejects.toThrow('S3 is down')
    files.remove = remove
    expect(await step('u', 'run-1', failed)).toEqual({ outcome: 'ended' })
    expect(await uploadNow('u')).toMatchObject({ status: 'completed' })
    expect(await quotaOf('ann')).toEqual({ bytesUsed: 1000, reserved: {} })
    expect([...files.contents.keys()]).toEqual([originalKey('u')])
  })

  it('finds nothing to do if the expiry has ended the upload', async () => {
    const { step, etag, clock, expire, uploadNow, quotaOf } = await processing()
    await clock.sleep(3_600_000 + maxRunMs)
    await expire('u')
    expect(await uploadNow('u')).toMatchObject({ status: 'failed' })
    for (const late of [
      { step: 'reserve-quota' },
      { step: 'record-thumbnail' },
      { step: 'complete', etag },
    ] as const)
      expect(await step('u', 'run-1', late)).toEqual({ outcome: 'ended' })
    await step('u', 'run-1', failed)
    expect(await quotaOf('ann')).toEqual(unused)
  })
})

describe('a run that the sweeper ends in the middle of a step', () => {
  const sweep = async ({ clock, expire }: Pick<ReturnType<typeof uploadSide>, 'clock' | 'expire'>) => {
    await clock.sleep(3_600_000 + maxRunMs)
    await expire('u')
  }

  it('leaves no file behind that it has just copied', async () => {
    const side = await processing()
    const { step, etag, files, uploadNow, quotaOf } = side
    const { copy } = files
    files.copy = async (...o) => {
      await copy(...o)
      await sweep(side)
    }
    expect(await step('u', 'run-1', { step: 'complete', etag })).toEqual({ outcome: 'ended' })
    await step('u', 'run-1', failed)
    expect(await uploadNow('u')).toMatchObject({ status: 'failed' })
    expect(await quotaOf('ann')).toEqual(unused)
    expect([...files.contents.keys()]).toEqual([])
  })

  it('leaves no storage reserved that it has just reserved', async () => {
    const side = uploadSide()
    const { store, files, clock, request, send, step, quotaOf } = side
    await request('u')
    await step('u', 'run-1', { step: 'validate', etag: send('u') })
    const swept: typeof store = {
      ...store,
      async append(head, ...o) {
        if (head.stream === 'subscription-ann') await sweep(side)
        return store.append(head, ...o)
      },
    }
    const steps = createSteps({ store: swept, files, clock })
    const rest = { deadline: { left: () => 10_000 }, causationId: 'request' }
    const outcome = await steps.step({ step: 'reserve-quota', uploadId: 'u', run: 'run-1' }, rest)
    expect(outcome).toEqual({ outcome: 'ended' })
    await step('u', 'run-1', failed)
    expect(await quotaOf('ann')).toEqual(unused)
  })
})

describe('an upload that is never finished', () => {
  it('expires, but only after a file sent at the last moment has had its time', async () => {
    const { request, expire, clock, uploadNow } = uploadSide()
    await request('u')
    await clock.sleep(3_600_000 + maxRunMs - 1)
    await expire('u')
    expect(await uploadNow('u')).toMatchObject({ status: 'requested' })
    await clock.sleep(1)
    await expire('u')
    expect(await uploadNow('u')).toMatchObject({ status: 'expired' })
    await expire('u')
    await expire('nothing')
  })
})
