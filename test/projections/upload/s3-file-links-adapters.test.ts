import { PutObjectCommand } from '@aws-sdk/client-s3'
import { describe, expect, it } from 'vitest'
import { createS3FileLinks } from '../../../projections/upload/s3-file-links.ts'
import { Bucket, errorOf, openBucket } from '../../kit/local-cloud/local-bucket.ts'
import { withDataDir } from '../../kit/local-cloud/local-service.ts'

withDataDir()

/** The links to the files of an upload of a river, as a function makes them. */
async function linksOf(fileName: string) {
  const { url, clientOf } = await openBucket()
  for (const name of ['original', 'thumbnail'])
    await clientOf().send(new PutObjectCommand({ Bucket, Key: `files/u1/${name}`, Body: name }))
  const { config } = clientOf('Queries')
  const links = createS3FileLinks(Bucket, { ...config, endpoint: new URL(url).origin })
  return links.linksOf('u1', { fileName, contentType: 'image/jpeg', from: Date.now() - 1000 })
}

describe('the links to the files of an upload', () => {
  it('lead to them, and save the original under its name, whatever that is', async () => {
    const { originalUrl, thumbnailUrl } = await linksOf(`Fluß "川"\r\n'*.jpg`)
    const original = await fetch(originalUrl)
    expect([original.status, await original.text()]).toEqual([200, 'original'])
    expect(original.headers.get('content-type')).toBe('image/jpeg')
    expect(original.headers.get('content-disposition')).toBe(
      "attachment; filename*=UTF-8''Flu%C3%9F%20%22%E5%B7%9D%22%0D%0A%27%2A.jpg",
    )
    const thumbnail = await fetch(thumbnailUrl)
    expect([thumbnail.status, await thumbnail.text()]).toEqual([200, 'thumbnail'])
    expect(thumbnail.headers.get('content-disposition')).toBeNull()
  })

  it('lead to nothing else', async () => {
    const { thumbnailUrl } = await linksOf('river.jpg')
    const answer = await fetch(thumbnailUrl.replace('/thumbnail', '/original'))
    expect(await errorOf(answer)).toContain('SignatureDoesNotMatch: ')
  })
})
