/** The facts about a picture that the pipeline records. */
export interface PictureFacts {
  /** In pixels, after rotation. */
  readonly width: number
  readonly height: number
}

/**
 * The port to a library for pictures. Both functions throw `NotAPicture` for a file that it cannot read, and
 * `TooManyPixels` for a picture that may not fit into memory.
 */
export interface Pictures {
  factsOf(content: Uint8Array): Promise<PictureFacts>
  /** Returns a WebP that fits into a square of `thumbnailPixels`. */
  thumbnailOf(content: Uint8Array): Promise<Uint8Array>
}

export const thumbnailPixels = 512

/** The file begins like a picture, but is none or not all of one. */
export class NotAPicture extends Error {
  constructor(cause: unknown) {
    super('The file cannot be read as a picture.', { cause })
    // The state machine catches it by this name.
    this.name = 'NotAPicture'
  }
}

/** A small file can unpack to a picture that is larger than memory. The message is the reason that the person is told. */
export class TooManyPixels extends Error {
  constructor(pixels: number) {
    const { jpeg, others } = maxMegapixels
    const megapixels = Math.ceil(pixels / 100_000) / 10
    super(
      `The picture has ${megapixels} megapixels. A JPEG may have at most ${jpeg}, any other picture at most ${others}.`,
    )
    // The state machine catches it by this name, and passes the message on.
    this.name = 'TooManyPixels'
  }
}

/**
 * Maximum size of a picture, in millions of pixels. A JPEG is shrunk while it is decoded, and only a progressive one is in
 * memory as a whole, with up to 8 bytes a pixel. Other decoders need up to 9.1 bytes a pixel (an interlaced PNG with 16
 * bits a channel). Measured with the function's memory of `pictureMemoryMb`.
 */
export const maxMegapixels = { jpeg: 250, others: 200 }

/** Memory of the function that opens pictures: the largest picture, the file itself twice, and 200 MB for everything else. */
export const pictureMemoryMb = 3008
