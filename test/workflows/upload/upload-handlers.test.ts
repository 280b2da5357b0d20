import { describe, expect, it } from 'vitest'
import type { Measure } from '../../../commands/aws/measure.ts'
import { maxRunMs } from '../../../domain/upload/upload.ts'
import { createMemoryRowStore } from '../../../projections/engine/memory-row-store.ts'
import { createMemoryGenerationLists } from '../../../projections/generations/memory-generation-lists.ts'
import { createOpenUploads } from '../../../projections/upload/open-uploads.ts'
import { versions } from '../../../projections/versions.ts'
import { expiryHandler } from '../../../workflows/upload/expiry.ts'
import { NotAPicture, type Pictures } from '../../../workflows/upload/picture.ts'
import { pictureHandler } from '../../../workflows/upload/picture-handler.ts'
import { stepHandler } from '../../../workflows/upload/step-handler.ts'
import { etagOf } from '../../kit/upload/memory-files.ts'
import { jpegOf, uploadSide } from '../../kit/upload/upload-side.ts'

const context = { awsRequestId: 'request', getRemainingTimeInMillis: () => 200_000 }
const hour = 3_600_000

/** A logger, and the entries that it got. */
function listening() {
  const lines: { message: unknown; extra: unknown }[] = []
  const log = (message: unknown, ...[extra]: unknown[]) => void lines.push({ message, extra })
  return { lines, logger: { info: log, error: log } }
}

describe('the function of the steps', () => {
  const setUp = async () => {
    const side = uploadSide()
    const { lines, logger } = listening()
    await side.request('u')
    const measured: unknown[] = []
    const measure: Measure = (values, fields) => void measured.push({ ...values, ...fields })
    return { ...side, lines, measured, handler: stepHandler({ ...side, logger, measure }) }
  }
  const step = { step: 'validate', uploadId: 'u', run: 'run-1' }

  it('returns the outcome of a step, and logs it with the correlation id of the request', async () => {
    const { handler, send, lines } = await setUp()
    const etag = send('u')
    expect(await handler({ ...step, etag }, context)).toEqual({ outcome: 'go-on' })
    const extra = { step: 'validate', uploadId: 'u', run: 'run-1', outcome: 'go-on' }
    expect(lines).toEqual([{ message: 'step done', extra: { ...extra, correlationId: 'of the request' } }])
  })

  it('counts an upload that is completed', async () => {
    const { handler, send, measured } = await setUp()
    const etag = send('u')
    for (const one of [
      { ...step, etag },
      { ...step, step: 'reserve-quota' },
      { ...step, step: 'record-metadata', width: 40, height: 30 },
      { ...step, step: 'record-thumbnail' },
    ])
      await handler(one, context)
    expect(measured).toEqual([])
    await handler({ ...step, step: 'complete', etag }, context)
    expect(measured).toEqual([{ UploadsFailed: 0, outcome: 'completed' }])
  })

  it('logs a failure, and lets the state machine retry', async () => {
    const { handler, files, lines } = await setUp()
    const error = new Error('S3 is down')
    files.look = () => Promise.reject(error)
    await expect(handler({ ...step, etag: 'any' }, context)).rejects.toBe(error)
    const extra = { uploadId: 'u', correlationId: 'of the request', error }
    expect(lines).toMatchObject([{ message: 'step failed', extra }])
  })

  it('logs why a run was closed, in other words than the person reads', async () => {
    const { handler, lines, measured } = await setUp()
    const close = {
      ...step,
      step: 'close',
      as: 'failed',
      reason: 'Send it again.',
      cause: 'Sandbox.Timedout',
    }
    await handler(close, context)
    expect(lines).toMatchObject([{ extra: { step: 'close', cause: 'Sandbox.Timedout' } }])
    expect(measured).toEqual([{ UploadsFailed: 1, outcome: 'failed' }])
  })

  it('refuses any other step', async () => {
    const { handler } = await setUp()
    await expect(handler({ ...step, step: 'delete' }, context)).rejects.toThrow()
  })
})

describe('the function that opens pictures', () => {
  const pictures: Pictures = {
    factsOf: async () => ({ width: 4, height: 3 }),
    thumbnailOf: () => Promise.reject(new NotAPicture('torn')),
  }
  const setUp = () => {
    const { files, send } = uploadSide()
    const { lines, logger } = listening()
    const etag = send('u')
    const input = { uploadId: 'u', run: 'run-1', etag }
    return { lines, input, send, handler: pictureHandler({ files, pictures, logger }) }
  }

  it('returns the measurements of a picture', async () => {
    const { handler, input } = setUp()
    expect(await handler({ ...input, step: 'read-metadata' })).toEqual({ width: 4, height: 3 })
  })

  it('fails with the name that the state machine knows, and logs it', async () => {
    const { handler, input, send, lines } = setUp()
    await expect(handler({ ...input, step: 'make-thumbnail' })).rejects.toMatchObject({ name: 'NotAPicture' })
    send('u', jpegOf(1000, 9))
    await expect(handler({ ...input, step: 'read-metadata' })).rejects.toMatchObject({ name: 'ReplacedFile' })
    expect(lines.map(({ message }) => message)).toEqual(['step failed', 'step failed'])
    expect(input.etag).toBe(etagOf(jpegOf(1000)))
  })
})

describe('the expiry', () => {
  /** Uploads that were requested at these hours, as the read model shows them. */
  const setUp = async (requested: readonly number[], projected = requested.length) => {
    const side = uploadSide()
    const { store, clock } = side
    const { lines, logger } = listening()
    const rows = createMemoryRowStore()
    const openUploads = createOpenUploads(versions, rows, createMemoryGenerationLists(), clock)
    const begin = clock.now()
    for (const [index, hours] of requested.entries()) {
      clock.setNow(begin + hours * hour)
      await side.request(`u${index}`)
      if (index >= projected) continue
      const options = { store, rows, clock, deadline: { left: () => 10_000 } }
      await versions.newestOf('uploads').generation(1).catchUp(`upload-u${index}`, options)
    }
    const measured: unknown[] = []
    const measure: Measure = (values, fields) => void measured.push({ ...values, ...fields })
    const handler = expiryHandler({ ...side, openUploads, logger, measure })
    /** Runs the expiry this number of hours after the start. Returns the uploads that are still open. */
    const run = async (hours: number, ...left: [() => number] | []): Promise<string[]> => {
      clock.setNow(begin + hours * hour)
      const [getRemainingTimeInMillis = context.getRemainingTimeInMillis] = left
      await handler({}, { ...context, getRemainingTimeInMillis })
      const open: string[] = []
      for (const index of requested.keys())
        if ((await side.uploadNow(`u${index}`)).status === 'requested') open.push(`u${index}`)
      return open
    }
    return { ...side, lines, measured, run }
  }
  const grace = maxRunMs / hour

  it('ends those whose time is over, and no others', async () => {
    const { run, lines, measured } = await setUp([0, 1, 2])
    expect(await run(1 + grace - 0.01)).toEqual(['u0', 'u1', 'u2'])
    expect(await run(2 + grace + 0.01)).toEqual(['u2'])
    expect(await run(9)).toEqual([])
    expect(lines).toMatchObject([
      { extra: { expired: 0 } },
      { extra: { expired: 2 } },
      { extra: { failed: 0 } },
    ])
    const expired = { UploadsFailed: 1, outcome: 'expired' }
    expect(measured).toEqual([expired, expired, expired])
  })

  it('handles any number of them', async () => {
    const { run } = await setUp(Array.from({ length: 250 }, () => 0))
    expect(await run(9)).toEqual([])
  })

  it('finds uploads later that the read model does not show yet', async () => {
    const { run } = await setUp([0, 0], 1)
    expect(await run(9)).toEqual(['u1'])
  })

  it('continues after a failed upload, and fails at the end', async () => {
    const { run, files, lines, uploadNow } = await setUp([0, 0, 0])
    const { remove } = files
    files.remove = async (key) => {
      if (key.includes('u1')) throw new Error('S3 is down')
      await remove(key)
    }
    await expect(run(9)).rejects.toThrow('1 uploads could not be ended')
    expect(lines[0]).toMatchObject({ message: 'upload not expired', extra: { uploadId: 'u1' } })
    const statuses = await Promise.all(['u0', 'u1', 'u2'].map(async (id) => (await uploadNow(id)).status))
    expect(statuses).toEqual(['expired', 'requested', 'expired'])
    files.remove = remove
    expect(await run(9)).toEqual([])
  })

  it('starts no further upload when its time is nearly over', async () => {
    const { run } = await setUp([0])
    expect(await run(9, () => 10_000)).toEqual(['u0'])
  })
})
