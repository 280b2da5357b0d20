/** What a link has to say of the file that it leads to. */
export interface LinkedFile {
  /** What it is saved as; any text. */
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
