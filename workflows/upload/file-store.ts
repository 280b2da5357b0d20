/** A file as it is stored. */
export interface StoredFile {
  /** Names this content: other content under the same key has another. */
  readonly etag: string
  readonly size: number
  /** The first bytes, to see what it is. */
  readonly head: Uint8Array
}

/** The port to the stored files, as far as the pipeline needs it. */
export interface Files {
  /** Returns `undefined` if there is no such file. */
  look(key: string): Promise<StoredFile | undefined>
  /** Returns the whole content. Throws `ReplacedFile` if it was replaced or removed. */
  read(key: string, etag: string): Promise<Uint8Array>
  write(key: string, content: Uint8Array, contentType: string): Promise<void>
  /** Throws `ReplacedFile` if the content was replaced or removed. */
  copy(from: string, etag: string, to: string): Promise<void>
  /** Removes a file with all contents that it ever had. Does nothing if there is no such file. */
  remove(key: string): Promise<void>
}

/** The file that the pipeline began with was replaced or removed. */
export class ReplacedFile extends Error {
  constructor() {
    super('The file was replaced while it was processed.')
    // The state machine catches it by this name.
    this.name = 'ReplacedFile'
  }
}
