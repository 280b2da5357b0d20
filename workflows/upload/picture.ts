/** What a picture is found to be. */
export interface PictureFacts {
  /** In pixels, as it is shown. */
  readonly width: number
  readonly height: number
}

/** The port to what understands pictures. Both throw `NotAPicture` where it does not. */
export interface Pictures {
  factsOf(content: Uint8Array): Promise<PictureFacts>
  /** A WebP that fits into a square of `thumbnailPixels`. */
  thumbnailOf(content: Uint8Array): Promise<Uint8Array>
}

export const thumbnailPixels = 512

/** It begins as a picture does, and is none, or one that is too large to be unpacked. */
export class NotAPicture extends Error {
  constructor(cause: unknown) {
    super('The file cannot be read as a picture.', { cause })
    // The state machine catches it by this name.
    this.name = 'NotAPicture'
  }
}
