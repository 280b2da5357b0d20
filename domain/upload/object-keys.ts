/** Where a file lies as it was sent: nothing there can be trusted, and it may change until the form has expired. */
export function incomingKey(uploadId: string): string {
  return `incoming/${uploadId}`
}

/** Where it lies once it is completed; nobody but the pipeline writes there. */
export function originalKey(uploadId: string): string {
  return `files/${uploadId}/original`
}

/** A smaller picture of it, as WebP. */
export function thumbnailKey(uploadId: string): string {
  return `files/${uploadId}/thumbnail`
}
