/** A file in the file store. */
export interface StoredFile {
  /** Identifies this content. Other content under the same key has another tag. */
  readonly etag: string
  readonly size: number
  /** The first bytes, which show the type of the file. */
  readonly head: Uint8Array
}

/** The port to the file store, as far as the pipeline needs it. */
export interface Files {
  /** Returns `undefined` if the file does not exist. */
  look(key: string): Promise<StoredFile | undefined>
  /** Returns the whole content. Throws `ReplacedFile` if it was replaced or removed. */
  read(key: string, etag: string): Promise<Uint8Array>
  write(key: string, content: Uint8Array, contentType: string): Promise<void>
  /** Throws `ReplacedFile` if the content was replaced or removed. */
  copy(from: string, etag: string, to: string): Promise<void>
  /** Removes a file with all its versions. Does nothing if the file does not exist. */
  remove(key: string): Promise<void>
}

/** The error if the file that the run started with was replaced or removed. */
export class ReplacedFile extends Error {
  constructor() {
    super('The file was replaced while it was processed.')
    // The state machine catches the error by this name.
    this.name = 'ReplacedFile'
  }
}
