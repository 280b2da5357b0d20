/** The properties of a file that its link carries. */
export interface LinkedFile {
  /** The name to save the file under; any text. */
  readonly fileName: string
  readonly contentType: string
  /** From when on the links are valid, in milliseconds since 1970. The same moment makes the same links. */
  readonly from: number
}

export interface Links {
  readonly originalUrl: string
  readonly thumbnailUrl: string
}

/** The port to where the files of uploads lie. */
export interface FileLinks {
  /** Where anyone who has the links reads the files of a completed upload, for an hour. */
  linksOf(uploadId: string, file: LinkedFile): Promise<Links>
}
