/** The facts about a picture that the pipeline records. */
export interface PictureFacts {
  /** In pixels, after rotation. */
  readonly width: number
  readonly height: number
}

/** The port to a library for pictures. Both functions throw `NotAPicture` for a file that it cannot read. */
export interface Pictures {
  factsOf(content: Uint8Array): Promise<PictureFacts>
  /** Returns a WebP that fits into a square of `thumbnailPixels`. */
  thumbnailOf(content: Uint8Array): Promise<Uint8Array>
}

export const thumbnailPixels = 512

/** The file begins like a picture but is none, or it is too large to be unpacked. */
export class NotAPicture extends Error {
  constructor(cause: unknown) {
    super('The file cannot be read as a picture.', { cause })
    // The state machine catches it by this name.
    this.name = 'NotAPicture'
  }
}
