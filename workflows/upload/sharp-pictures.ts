import sharp from 'sharp'
import { NotAPicture, type Pictures, thumbnailPixels } from './picture.ts'

/** A small file can unpack to a picture larger than memory. Cameras make fewer than 100 megapixels. */
const limits = { limitInputPixels: 100_000_000, failOn: 'error' } as const

/** Pictures by libvips. */
export const sharpPictures: Pictures = {
  factsOf: (content) =>
    understood(async () => {
      const { width, height, autoOrient } = await sharp(content, limits).metadata()
      return { width: autoOrient.width ?? width, height: autoOrient.height ?? height }
    }),
  thumbnailOf: (content) =>
    understood(() =>
      sharp(content, limits)
        .autoOrient()
        .resize(thumbnailPixels, thumbnailPixels, { fit: 'inside', withoutEnlargement: true })
        .webp()
        .toBuffer(),
    ),
}

async function understood<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    throw new NotAPicture(error)
  }
}
