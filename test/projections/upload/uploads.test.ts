import { describe, expect, it } from 'vitest'
import { generationId } from '../../../projections/engine/projection.ts'
import { openUploadShards, openUploads, uploadsV1 } from '../../../projections/upload/v1/projection.ts'
import { catchUp, readSide } from '../../kit/memory/read-side.ts'
import { requested, taken } from '../../kit/upload/upload-events.ts'

const uploads = { projection: uploadsV1, generation: 1 }

/** The sort keys of all open uploads. */
async function openIn({ rows }: ReturnType<typeof readSide>) {
  const shards = Array.from({ length: openUploadShards }, (_, shard) => openUploads(shard))
  const partitions = shards.map((partition) => `${generationId(uploads)}#${partition}`)
  const listed = await Promise.all(partitions.map((partition) => rows.list(partition, { limit: 100 })))
  return listed.flatMap((page) => page.rows.map(({ SK }) => SK))
}

describe('the list of open uploads', () => {
  it('contains an upload under its expiry, from its request to its end', async () => {
    const side = readSide()
    const seen: unknown[] = []
    for (const event of [requested('project'), ...taken]) {
      await side.append('upload-1', event)
      await catchUp(uploads, 'upload-1', side.options)
      seen.push(await openIn(side))
    }
    const open = ['2026-01-10T13:00:00.000Z#upload-1']
    expect(seen).toEqual([open, open, open, open, open, []])
  })

  it.each([
    { type: 'UploadRejected', data: { reason: 'It is no picture.' } },
    { type: 'UploadFailed', data: { reason: 'It did not come to an end.' } },
    { type: 'UploadCancelled', data: {} },
    { type: 'UploadExpired', data: {} },
  ] as const)('no longer contains an upload after $type', async (event) => {
    const side = readSide()
    await side.append('upload-1', requested('project'), event)
    await catchUp(uploads, 'upload-1', side.options)
    expect(await openIn(side)).toEqual([])
  })

  it('is spread over its partitions', async () => {
    const side = readSide()
    for (let id = 0; id < 40; id++) {
      await side.append(`upload-${id}`, requested('project'))
      await catchUp(uploads, `upload-${id}`, side.options)
    }
    expect(await openIn(side)).toHaveLength(40)
    const partitions = side.rows.rows().filter(({ PK }) => PK.includes('#open-uploads#'))
    expect(new Set(partitions.map(({ PK }) => PK)).size).toBe(openUploadShards)
  })
})
