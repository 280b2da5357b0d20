import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3'
import { connectInTime } from '../../commands/aws/client.ts'
import { eachInParallel } from '../../commands/aws/parallel.ts'
import { type Files, ReplacedFile } from './file-store.ts'
import { signatureBytes } from './signatures.ts'

/** Maximum number of versions that are deleted at once. A form can be sent many times while it is valid. */
const deletions = 10

/** The files in an S3 bucket. S3 keeps all versions of a file until the file is removed. */
export function createS3Files(Bucket: string, config: S3ClientConfig = {}): Files {
  const client = new S3Client({ ...connectInTime, ...config })
  /** The ids of all versions and delete markers of a key. */
  async function* versionsOf(key: string): AsyncGenerator<string | undefined> {
    let from: { KeyMarker?: string; VersionIdMarker?: string } = {}
    for (;;) {
      const page = await client.send(new ListObjectVersionsCommand({ Bucket, Prefix: key, ...from }))
      const { Versions = [], DeleteMarkers = [], NextKeyMarker, NextVersionIdMarker } = page
      for (const version of [...Versions, ...DeleteMarkers]) if (version.Key === key) yield version.VersionId
      if (!page.IsTruncated || NextKeyMarker === undefined) return
      from = {
        KeyMarker: NextKeyMarker,
        ...(NextVersionIdMarker && { VersionIdMarker: NextVersionIdMarker }),
      }
    }
  }
  return {
    async look(Key) {
      const Range = `bytes=0-${signatureBytes - 1}`
      try {
        const {
          Body,
          ETag = '',
          ContentRange,
        } = await client.send(new GetObjectCommand({ Bucket, Key, Range }))
        const size = Number(ContentRange?.split('/')[1])
        return { etag: unquoted(ETag), size, head: (await Body?.transformToByteArray()) ?? new Uint8Array() }
      } catch (error) {
        if (isNamed(error, 'NoSuchKey')) return undefined
        throw error
      }
    },
    async read(Key, etag) {
      const { Body } = await client
        .send(new GetObjectCommand({ Bucket, Key, IfMatch: `"${etag}"` }))
        .catch(replaced)
      return (await Body?.transformToByteArray()) ?? new Uint8Array()
    },
    async write(Key, Body, ContentType) {
      await client.send(new PutObjectCommand({ Bucket, Key, Body, ContentType }))
    },
    async copy(from, etag, Key) {
      const CopySource = `${Bucket}/${from}`
      await client
        .send(new CopyObjectCommand({ Bucket, Key, CopySource, CopySourceIfMatch: `"${etag}"` }))
        .catch(replaced)
    },
    async remove(Key) {
      await eachInParallel(versionsOf(Key), deletions, async (VersionId) => {
        await client.send(new DeleteObjectCommand({ Bucket, Key, VersionId }))
      })
    },
  }
}

function replaced(error: unknown): never {
  throw isNamed(error, 'PreconditionFailed', 'NoSuchKey') ? new ReplacedFile() : error
}

function isNamed(error: unknown, ...names: readonly string[]): boolean {
  return error instanceof Error && names.includes(error.name)
}

/** Removes the quotes of the header, because events of S3 contain the tag without them. */
function unquoted(etag: string): string {
  return etag.replaceAll('"', '')
}
