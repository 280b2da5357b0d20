import { join } from 'node:path'
import { type Journal, openJournal } from '../../storage/journal.ts'
import { type Objects, openObjects } from './objects.ts'

/** A multipart upload that is not complete. */
export interface MultipartUpload {
  readonly key: string
  readonly headers: Readonly<Record<string, string>>
}

/** The multipart uploads of a bucket. They survive a restart. An upload becomes an object only when it is complete. */
export interface MultipartUploads {
  readonly uploads: Journal<MultipartUpload>
  /** The stored parts, by upload and number. */
  readonly parts: Objects
}

export function openMultipartUploads(folder: string): MultipartUploads {
  return { uploads: openJournal(join(folder, 'uploads.jsonl')), parts: openObjects(join(folder, 'parts')) }
}
