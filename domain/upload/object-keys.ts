/** The key of a file as the client sent it. Its content is untrusted, and can change until the form expires. */
export function incomingKey(uploadId: string): string {
  return `incoming/${uploadId}`
}

/** The key of the file once its upload is completed. Only the pipeline writes it. */
export function originalKey(uploadId: string): string {
  return `files/${uploadId}/original`
}

/** The key of the thumbnail of a file, a WebP picture. */
export function thumbnailKey(uploadId: string): string {
  return `files/${uploadId}/thumbnail`
}
