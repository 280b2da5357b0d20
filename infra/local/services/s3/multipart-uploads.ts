import { join } from 'node:path'
import { type Journal, openJournal } from '../../storage/journal.ts'
import { type Objects, openObjects } from './objects.ts'

/** An upload in parts that is not complete. */
export interface MultipartUpload {
  readonly key: string
  readonly headers: Readonly<Record<string, string>>
}

/** The uploads in parts to a bucket. They survive a restart, and nothing of them is an object until they are complete. */
export interface MultipartUploads {
  readonly uploads: Journal<MultipartUpload>
  /** The parts, by upload and number. */
  readonly parts: Objects
}

export function openMultipartUploads(folder: string): MultipartUploads {
  return { uploads: openJournal(join(folder, 'uploads.jsonl')), parts: openObjects(join(folder, 'parts')) }
}
