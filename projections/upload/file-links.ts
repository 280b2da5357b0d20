/** The properties of a file that its link contains. */
export interface LinkedFile {
  /** The name to save the file under. Any text is allowed. */
  readonly fileName: string
  readonly contentType: string
  /** The start of the links' validity, in milliseconds since 1970. The same start makes the same links. */
  readonly from: number
}

export interface Links {
  readonly originalUrl: string
  readonly thumbnailUrl: string
}

/** The port to the store of uploaded files. */
export interface FileLinks {
  /** Makes links to the files of a completed upload. Anyone who has the links can read the files for an hour. */
  linksOf(uploadId: string, file: LinkedFile): Promise<Links>
}
