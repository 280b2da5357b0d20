import { crc32 } from 'node:zlib'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { thumbnailPixels } from '../../../workflows/upload/picture.ts'
import { sharpPictures } from '../../../workflows/upload/sharp-pictures.ts'
import { pictureTypeOf, signatureBytes } from '../../../workflows/upload/signatures.ts'

const plain = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: 'teal' } })

describe('the type of a file', () => {
  it.each([
    ['image/jpeg', plain(4, 3).jpeg()],
    ['image/png', plain(4, 3).png()],
    ['image/webp', plain(4, 3).webp()],
    ['image/gif', plain(4, 3).gif()],
    [undefined, plain(4, 3).tiff()],
  ])('is recognised by its first bytes: %s', async (type, picture) => {
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
  ])('is not a picture if it begins with %j', (text) => {
    expect(pictureTypeOf(new TextEncoder().encode(text))).toBeUndefined()
  })
})

describe('a picture', () => {
  it("is measured as it is shown, with the camera's rotation", async () => {
    const turned = await plain(40, 30).withMetadata({ orientation: 6 }).jpeg().toBuffer()
    expect(await sharpPictures.factsOf(turned)).toEqual({ width: 30, height: 40 })
    expect(await sharpPictures.factsOf(await plain(40, 30).png().toBuffer())).toEqual({
      width: 40,
      height: 30,
    })
  })

  it("has a thumbnail that fits into a square, without the camera's metadata", async () => {
    const turned = await plain(2000, 1000).withMetadata({ orientation: 6 }).jpeg().toBuffer()
    const thumbnail = await sharp(await sharpPictures.thumbnailOf(turned)).metadata()
    expect(thumbnail).toMatchObject({ format: 'webp', width: thumbnailPixels / 2, height: thumbnailPixels })
    expect(thumbnail.exif).toBeUndefined()
  })

  it('that is small is not enlarged', async () => {
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

  it.each([
    ['JPEG', 'jpeg', 15_812, 15_812, /250\.1 megapixels/],
    ['PNG', 'png', 20_001, 10_000, /200\.1 megapixels/],
  ] as const)('with more pixels than fit into memory is rejected with the number: %s', async (_, format, width, height, number) => {
    const bomb = claiming(await plain(40, 30)[format]().toBuffer(), width, height)
    const rejected = { name: 'TooManyPixels', message: expect.stringMatching(number) }
    await expect(sharpPictures.thumbnailOf(bomb)).rejects.toMatchObject(rejected)
    await expect(sharpPictures.factsOf(bomb)).rejects.toMatchObject(rejected)
  })

  it.each([
    ['JPEG', 'jpeg', 15_811, 15_811],
    ['PNG', 'png', 20_000, 10_000],
  ] as const)('with the maximum number of pixels is measured: %s', async (_, format, width, height) => {
    const large = claiming(await plain(40, 30)[format]().toBuffer(), width, height)
    expect(await sharpPictures.factsOf(large)).toEqual({ width, height })
  })

  it('of 108 megapixels from a phone has a thumbnail', { timeout: 60_000 }, async () => {
    const large = await plain(12_000, 9_000).withMetadata({ orientation: 6 }).jpeg().toBuffer()
    const thumbnail = await sharp(await sharpPictures.thumbnailOf(large)).metadata()
    expect(thumbnail).toMatchObject({ width: 384, height: 512 })
  })
})

describe('a truncated picture', () => {
  const formats = ['jpeg', 'png', 'webp', 'gif'] as const
  const made = async (format: (typeof formats)[number], side = 1600) => plain(side, side)[format]().toBuffer()

  it.each(formats)('is rejected, even if only its last bytes are missing: %s', async (format) => {
    const whole = await made(format)
    for (const missing of [1, 2]) {
      const content = whole.subarray(0, whole.length - missing)
      await expect(sharpPictures.thumbnailOf(content)).rejects.toMatchObject({ name: 'NotAPicture' })
      await expect(sharpPictures.factsOf(content)).rejects.toMatchObject({ name: 'NotAPicture' })
    }
    expect(await sharpPictures.factsOf(whole)).toEqual({ width: 1600, height: 1600 })
  })

  it.each([
    'jpeg',
    'png',
    'gif',
  ] as const)('is not confused with one that has data appended: %s', async (format) => {
    const appended = Buffer.concat([
      await made(format, 40),
      Buffer.from('a phone adds its motion picture here'),
    ])
    expect(await sharpPictures.factsOf(appended)).toEqual({ width: 40, height: 40 })
  })

  it('is not mistaken for complete because of its embedded preview', async () => {
    const preview = await made('jpeg', 16)
    const whole = await made('jpeg', 400)
    const segment = Buffer.from([0xff, 0xe5, (preview.length + 2) >> 8, (preview.length + 2) & 0xff])
    const withPreview = Buffer.concat([whole.subarray(0, 2), segment, preview, whole.subarray(2)])
    expect(await sharpPictures.factsOf(withPreview)).toEqual({ width: 400, height: 400 })
    const cut = withPreview.subarray(0, withPreview.length - 2)
    await expect(sharpPictures.factsOf(cut)).rejects.toMatchObject({ name: 'NotAPicture' })
  })

  it.each([
    ['progressive', () => plain(400, 300).jpeg({ progressive: true })],
    ['in gray only', () => plain(400, 300).grayscale().jpeg()],
    ['interlaced', () => plain(400, 300).png({ progressive: true })],
    ['with a palette', () => plain(400, 300).png({ palette: true })],
    [
      'animated',
      () =>
        sharp({ create: { width: 40, height: 60, channels: 3, background: 'teal', pageHeight: 30 } }).gif(),
    ],
  ])('is not confused with one that is %s', async (_, make) => {
    const whole = await make().toBuffer()
    expect(await sharpPictures.factsOf(whole)).toMatchObject({ width: expect.any(Number) })
    await expect(sharpPictures.factsOf(whole.subarray(0, whole.length - 1))).rejects.toMatchObject({
      name: 'NotAPicture',
    })
  })
})

/** The same JPEG or PNG with another size in its header. It is not decodable, but its header is valid. */
function claiming(picture: Uint8Array, width: number, height: number): Uint8Array {
  const content = Uint8Array.from(picture)
  const view = new DataView(content.buffer)
  if (view.getUint32(0) === 0x89504e47) {
    view.setUint32(16, width)
    view.setUint32(20, height)
    view.setUint32(29, crc32(content.subarray(12, 29)))
    return content
  }
  let at = 2
  while (content[at + 1] !== 0xc0) at += 2 + view.getUint16(at + 2)
  view.setUint16(at + 5, height)
  view.setUint16(at + 7, width)
  return content
}
