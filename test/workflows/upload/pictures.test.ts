import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { thumbnailPixels } from '../../../workflows/upload/picture.ts'
import { sharpPictures } from '../../../workflows/upload/sharp-pictures.ts'
import { pictureTypeOf, signatureBytes } from '../../../workflows/upload/signatures.ts'

const plain = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: 'teal' } })

describe('what a file is', () => {
  it.each([
    ['image/jpeg', plain(4, 3).jpeg()],
    ['image/png', plain(4, 3).png()],
    ['image/webp', plain(4, 3).webp()],
    ['image/gif', plain(4, 3).gif()],
    [undefined, plain(4, 3).tiff()],
  ])('is said by its first bytes: %s', async (type, picture) => {
    const content = await picture.toBuffer()
    expect(pictureTypeOf(content.subarray(0, signatureBytes))).toBe(type)
  })

  it.each([
    '',
    'RIFF',
    'RIFF1234WAVE',
    'GIF7',
    '<svg xmlns="http://www.w3.org/2000/svg"/>',
    '\uFFD8',
  ])('is no picture if it begins with %j', (text) => {
    expect(pictureTypeOf(new TextEncoder().encode(text))).toBeUndefined()
  })
})

describe('a picture', () => {
  it('is measured as it is shown, turned by what the camera noted', async () => {
    const turned = await plain(40, 30).withMetadata({ orientation: 6 }).jpeg().toBuffer()
    expect(await sharpPictures.factsOf(turned)).toEqual({ width: 30, height: 40 })
    expect(await sharpPictures.factsOf(await plain(40, 30).png().toBuffer())).toEqual({
      width: 40,
      height: 30,
    })
  })

  it('has a thumbnail that fits into a square, without what the camera noted', async () => {
    const turned = await plain(2000, 1000).withMetadata({ orientation: 6 }).jpeg().toBuffer()
    const thumbnail = await sharp(await sharpPictures.thumbnailOf(turned)).metadata()
    expect(thumbnail).toMatchObject({ format: 'webp', width: thumbnailPixels / 2, height: thumbnailPixels })
    expect(thumbnail.exif).toBeUndefined()
  })

  it('that is small stays small', async () => {
    const thumbnail = await sharp(
      await sharpPictures.thumbnailOf(await plain(40, 30).png().toBuffer()),
    ).metadata()
    expect(thumbnail).toMatchObject({ width: 40, height: 30 })
  })

  const half = async () => {
    const whole = await plain(400, 300).png().toBuffer()
    return whole.subarray(0, whole.length / 2)
  }
  it.each([
    ['text', async () => new TextEncoder().encode('no picture')],
    ['nothing', async () => new Uint8Array()],
    ['the first half of one', half],
  ])('is not %s', async (_, make) => {
    await expect(sharpPictures.thumbnailOf(await make())).rejects.toMatchObject({ name: 'NotAPicture' })
  })

  it('is not one that unpacks to more than memory holds', async () => {
    const bomb = await plain(12_000, 12_000).png({ compressionLevel: 9 }).toBuffer()
    expect(bomb.length).toBeLessThan(2_000_000)
    await expect(sharpPictures.thumbnailOf(bomb)).rejects.toMatchObject({ name: 'NotAPicture' })
    await expect(sharpPictures.factsOf(bomb)).rejects.toMatchObject({ name: 'NotAPicture' })
  })
})
