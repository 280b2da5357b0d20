import sharp, { type Metadata } from 'sharp'
import { maxMegapixels, NotAPicture, type Pictures, TooManyPixels, thumbnailPixels } from './picture.ts'
import { hasItsEnd } from './picture-end.ts'
import { pictureTypeOf } from './signatures.ts'

/** The number of pixels is checked before decoding. The limits depend on the format. */
const options = { limitInputPixels: false, failOn: 'error' } as const

/** Opens pictures with libvips. */
export const sharpPictures: Pictures = {
  factsOf: (content) =>
    understood(async () => {
      const { width, height, autoOrient } = await opened(content)
      return { width: autoOrient.width ?? width, height: autoOrient.height ?? height }
    }),
  thumbnailOf: (content) =>
    understood(async () => {
      await opened(content)
      return sharp(content, options)
        .autoOrient()
        .resize(thumbnailPixels, thumbnailPixels, { fit: 'inside', withoutEnlargement: true })
        .webp()
        .toBuffer()
    }),
}

/** Reads the header of a picture. Throws if the file is incomplete, or if the picture has too many pixels to decode. */
async function opened(content: Uint8Array): Promise<Metadata> {
  const type = pictureTypeOf(content)
  if (type === undefined || !hasItsEnd(content, type)) throw new Error('The file is incomplete.')
  const metadata = await sharp(content, options).metadata()
  const pixels = metadata.width * metadata.height
  const max = type === 'image/jpeg' ? maxMegapixels.jpeg : maxMegapixels.others
  if (pixels > max * 1_000_000) throw new TooManyPixels(pixels)
  return metadata
}

async function understood<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    throw error instanceof TooManyPixels ? error : new NotAPicture(error)
  }
}
