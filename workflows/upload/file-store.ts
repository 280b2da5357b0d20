/** A file as it lies in the store. */
export interface StoredFile {
  /** Names this content: another under the same key has another. */
  readonly etag: string
  readonly size: number
  /** The first bytes, to see what it is. */
  readonly head: Uint8Array
}

/** The port to the store of files, as far as the pipeline needs it. */
export interface Files {
  /** `undefined` where there is none. */
  look(key: string): Promise<StoredFile | undefined>
  /** The whole content. Throws `ReplacedFile` where it is another one by now, or gone. */
  read(key: string, etag: string): Promise<Uint8Array>
  write(key: string, content: Uint8Array, contentType: string): Promise<void>
  /** Throws `ReplacedFile` where the content is another one by now, or gone. */
  copy(from: string, etag: string, to: string): Promise<void>
  /** Also where there is none. */
  remove(key: string): Promise<void>
}

/** The file is not the one any more that the pipeline began with: somebody has sent another, or removed it. */
export class ReplacedFile extends Error {
  constructor() {
    super('The file was replaced while it was processed.')
    // The state machine catches it by this name.
    this.name = 'ReplacedFile'
  }
}
