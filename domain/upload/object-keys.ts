/** The key of a file as it was sent. Its content is not trusted, and may change until the form has expired. */
export function incomingKey(uploadId: string): string {
  return `incoming/${uploadId}`
}

/** The key of the file once its upload is completed. Only the pipeline writes it. */
export function originalKey(uploadId: string): string {
  return `files/${uploadId}/original`
}

/** The key of a smaller picture of it, as WebP. */
export function thumbnailKey(uploadId: string): string {
  return `files/${uploadId}/thumbnail`
}
