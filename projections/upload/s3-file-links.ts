import { S3RequestPresigner, type S3RequestPresignerOptions } from '@aws-sdk/s3-request-presigner'
import { formatUrl } from '@aws-sdk/util-format-url'
import { originalKey, thumbnailKey } from '../../domain/upload/object-keys.ts'
import type { FileLinks } from './file-links.ts'

const validSeconds = 60 * 60

/** The part of an SDK client's configuration that signs requests. */
export interface SigningConfig extends Pick<S3RequestPresignerOptions, 'credentials' | 'region' | 'sha256'> {
  /** The address of S3, if it is not at AWS. */
  readonly endpoint: string | undefined
}

/**
 * Makes links to the files of uploads in a bucket, as presigned URLs. They are signed without S3's client, which would
 * make the function a third larger. A link is valid no longer than the credentials that signed it.
 */
export function createS3FileLinks(
  bucket: string,
  { credentials, region, sha256, endpoint }: SigningConfig,
): FileLinks {
  const presigner = new S3RequestPresigner({ credentials, region, sha256 })

  const addressOf = async (key: string) => {
    if (endpoint !== undefined) return new URL(`/${bucket}/${key}`, endpoint)
    const regionName = typeof region === 'string' ? region : await region()
    return new URL(key, `https://${bucket}.s3.${regionName}.amazonaws.com`)
  }
  const linkTo = async (key: string, query: Record<string, string>, from: number): Promise<string> => {
    const { protocol, hostname, port, pathname: path } = await addressOf(key)
    const request = {
      method: 'GET',
      protocol,
      hostname,
      path,
      query,
      headers: {},
      ...(port !== '' && { port: Number(port) }),
    }
    const options = { expiresIn: validSeconds, signingDate: new Date(from) }
    return formatUrl(await presigner.presign(request, options))
  }

  return {
    async linksOf(uploadId, { fileName, contentType, from }) {
      const saved = {
        'response-content-disposition': `attachment; filename*=UTF-8''${extended(fileName)}`,
        'response-content-type': contentType,
      }
      const [originalUrl, thumbnailUrl] = await Promise.all([
        linkTo(originalKey(uploadId), saved, from),
        linkTo(thumbnailKey(uploadId), {}, from),
      ])
      return { originalUrl, thumbnailUrl }
    },
  }
}

/** Encodes a text by RFC 8187, which escapes more characters than JavaScript does. */
function extended(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replace(
    /['()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}
