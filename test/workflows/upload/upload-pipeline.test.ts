import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { terms } from '../../../domain/subscription/plans.ts'
import { incomingKey, originalKey, thumbnailKey } from '../../../domain/upload/object-keys.ts'
import { maxRunMs } from '../../../domain/upload/upload.ts'
import { StatesError } from '../../../infra/local/index.ts'
import { NotAPicture, type Pictures } from '../../../workflows/upload/picture.ts'
import { pictureHandler } from '../../../workflows/upload/picture-handler.ts'
import { uploadPipeline } from '../../../workflows/upload/state-machine.ts'
import { stepInput } from '../../../workflows/upload/step-input.ts'
import { runStates } from '../../kit/local-cloud/state-machine.ts'
import { jpegOf, uploadSide } from '../../kit/upload/upload-side.ts'

const { States } = uploadPipeline({ steps: 'steps', pictures: 'pictures' })
const size = 1000
/** Storage for a few of the uploads, but not for all. */
const room = 3 * size
const torn = 7

/** A file whose last byte is `torn` is not a picture; any other file is. */
const pictures: Pictures = {
  async factsOf(content) {
    if (content[size - 1] === torn) throw new NotAPicture('torn')
    return { width: 4, height: 3 }
  },
  async thumbnailOf(content) {
    if (content[size - 1] === torn) throw new NotAPicture('torn')
    return new Uint8Array(1)
  },
}

/** The failure of a task: none, before the task, after it, or at every try. */
const fault = fc.constantFrom('none', 'none', 'none', 'before', 'after', 'dead')

const scenario = fc.record({
  content: fc.constantFrom('right', 'right', 'right', 'torn', 'text', 'short'),
  faults: fc.array(fault, { maxLength: 12 }),
  kills: fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 3 }),
  /** S3 reports a file twice. */
  twice: fc.boolean(),
  /** The task before which a person sends another file or cancels, or the sweeper runs, hours later. */
  replacedBefore: fc.option(fc.integer({ min: 0, max: 9 }), { nil: undefined }),
  cancelledBefore: fc.option(fc.integer({ min: 0, max: 9 }), { nil: undefined }),
  sweptBefore: fc.option(fc.integer({ min: 0, max: 9 }), { nil: undefined }),
  /** The task before which the project is archived, for all uploads. */
  archivedBefore: fc.option(fc.integer({ min: 0, max: 30 }), { nil: undefined }),
  /** The task before which the project is restored. */
  restoredBefore: fc.option(fc.integer({ min: 0, max: 9 }), { nil: undefined }),
})

const contents = {
  right: jpegOf(size),
  torn: jpegOf(size, torn),
  text: new Uint8Array(size).fill(65),
  short: jpegOf(size - 1),
}

describe('uploads with any faults', () => {
  it('all end, with a file if completed and with none otherwise, and the quota counts every byte', async () => {
    const ends = new Set<string>()
    await fc.assert(
      fc.asyncProperty(fc.array(scenario, { minLength: 1, maxLength: 5 }), async (scenarios) => {
        const side = uploadSide()
        const { files, clock } = side
        await side.reserve(terms.free.bytesAllowed - room)
        const openPicture = pictureHandler({ files, pictures, logger: { info() {}, error() {} } })

        await Promise.all(
          scenarios.map(async (one, index) => {
            const uploadId = `u${index}`
            await side.request(uploadId, size)
            const run = async (name: string, kills: readonly number[]): Promise<void> => {
              const etag = side.send(uploadId, contents[one.content])
              let tasks = 0
              const invoke = async (functionName: string, payload: unknown): Promise<unknown> => {
                const task = tasks++
                if (one.replacedBefore === task) side.send(uploadId, jpegOf(size, 9))
                if (one.cancelledBefore === task) await side.cancel(uploadId).catch(() => {})
                if (one.archivedBefore === task)
                  await side.onProject({ type: 'archive-project', actorId: 'ann' })
                if (one.restoredBefore === task)
                  await side.onProject({ type: 'restore-project', actorId: 'ann' })
                if (one.sweptBefore === task) {
                  await clock.sleep(3_600_000 + maxRunMs)
                  await side.expire(uploadId)
                }
                const wrong = one.faults[task] ?? 'none'
                if (wrong === 'before' || wrong === 'dead') throw new StatesError('Runtime.ExitError', '{}')
                const done =
                  functionName === 'pictures'
                    ? openPicture(payload)
                    : side.steps.step(stepInput.parse(payload), {
                        deadline: { left: () => 10_000 },
                        causationId: 'request',
                      })
                const answer = await done.catch((error: Error) => {
                  throw new StatesError(error.name, JSON.stringify({ errorMessage: error.message }))
                })
                if (wrong === 'after') throw new StatesError('Sandbox.Timedout', '{}')
                return answer
              }
              const input = { detail: { object: { key: incomingKey(uploadId), etag } } }
              await runStates(States, { input, name, invoke, kills })
            }
            await Promise.all([
              run(`${uploadId}-a`, one.kills),
              ...(one.twice ? [run(`${uploadId}-b`, [])] : []),
            ])
          }),
        )

        await clock.sleep(3_600_000 + maxRunMs)
        const completed: string[] = []
        for (const index of scenarios.keys()) {
          await side.expire(`u${index}`)
          const { status } = await side.uploadNow(`u${index}`)
          ends.add(status)
          expect(['requested', 'processing', 'none']).not.toContain(status)
          if (status === 'completed') completed.push(`u${index}`)
        }
        const bytesUsed = completed.length * size
        expect(await side.quotaOf('ann')).toEqual({
          bytesUsed,
          reserved: { other: terms.free.bytesAllowed - room },
        })
        expect(bytesUsed).toBeLessThanOrEqual(room)
        const kept = [...files.contents.keys()].filter((key) => !key.startsWith('incoming/')).sort()
        expect(kept).toEqual(completed.flatMap((id) => [originalKey(id), thumbnailKey(id)]).sort())
        for (const id of completed) expect(files.contents.get(originalKey(id))?.length).toBe(size)
      }),
      { numRuns: 200 },
    )
    // Unless each of these ends occurs, the test proves nothing about it.
    expect([...ends].sort()).toEqual(['cancelled', 'completed', 'expired', 'failed', 'rejected'])
  })
})
