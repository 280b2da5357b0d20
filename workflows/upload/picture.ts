/** The facts about a picture that the pipeline records. */
export interface PictureFacts {
  /** Size in pixels, after rotation. */
  readonly width: number
  readonly height: number
}

/**
 * The port to a library for pictures. Both functions throw `NotAPicture` for a file that the library cannot read, and
 * `TooManyPixels` for a picture that may not fit into memory.
 */
export interface Pictures {
  factsOf(content: Uint8Array): Promise<PictureFacts>
  /** Returns a WebP picture that fits into a square of `thumbnailPixels`. */
  thumbnailOf(content: Uint8Array): Promise<Uint8Array>
}

export const thumbnailPixels = 512

/** The error if a file starts like a picture but is not a complete picture. */
export class NotAPicture extends Error {
  constructor(cause: unknown) {
    super('The file cannot be read as a picture.', { cause })
    // The state machine catches the error by this name.
    this.name = 'NotAPicture'
  }
}

/**
 * The error if a small file decompresses to a picture that is larger than memory. The person sees the message as the
 * reason.
 */
export class TooManyPixels extends Error {
  constructor(pixels: number) {
    const { jpeg, others } = maxMegapixels
    const megapixels = Math.ceil(pixels / 100_000) / 10
    super(
      `The picture has ${megapixels} megapixels. A JPEG can have at most ${jpeg}, and any other picture at most ${others}.`,
    )
    // The state machine catches the error by this name, and passes the message on.
    this.name = 'TooManyPixels'
  }
}

/**
 * Maximum size of a picture, in millions of pixels. A JPEG is shrunk while it is decoded. Only a progressive JPEG is in
 * memory as a whole, with up to 8 bytes per pixel. Other decoders need up to 9.1 bytes per pixel (an interlaced PNG
 * with 16 bits per channel). The numbers were measured with `pictureMemoryMb`, the memory of the function.
 */
export const maxMegapixels = { jpeg: 250, others: 200 }

/**
 * Memory of the function that opens pictures, in MB: the largest picture, the file itself twice, and 200 MB for
 * everything else.
 */
export const pictureMemoryMb = 3008
