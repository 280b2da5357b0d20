import type { FileLinks } from '../../../projections/upload/file-links.ts'

/** Links that contain the values they were made from. */
export const readableLinks: FileLinks = {
  async linksOf(uploadId, { fileName, from }) {
    const url = `https://files.example.com/${uploadId}`
    const signed = new Date(from).toISOString()
    return {
      originalUrl: `${url}/original?as=${encodeURIComponent(fileName)}&from=${signed}`,
      thumbnailUrl: `${url}/thumbnail?from=${signed}`,
    }
  },
}
