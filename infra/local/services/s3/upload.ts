import type { IncomingMessage } from 'node:http'
import { AwsError } from '../../gateway/aws-service.ts'
import { createByteReader } from './byte-reader.ts'
import { incompleteBody, notModelled } from './errors.ts'
import type { Written } from './objects.ts'

/** Content that is being received, with a check of the result. */
export interface Upload {
  readonly content: AsyncIterable<Buffer>
  /** Throws unless the written content matches the checksums of the client. */
  check(written: Written): void
}

/** Maximum length of a line between chunks: a size and a signature, or a trailer. */
const longestLine = 4_096
const checksumHeader = 'x-amz-checksum-crc32'

/** Yields the body of a request as it arrives. Throws IncompleteBody if the client disconnects. */
export async function* bytesOf(message: IncomingMessage): AsyncGenerator<Buffer> {
  try {
    // The request is not destroyed, so that a client that is refused in the middle can read the reason.
    yield* message.iterator({ destroyOnReturn: false })
  } catch {
    throw incompleteBody()
  }
}

/**
 * Returns the body of a PutObject, taken out of the chunks in which the SDKs frame streams (S3 user guide, "Signature
 * calculations: Transferring a payload in multiple chunks"). The checksum comes before or after the body. The
 * signatures of chunks are not checked.
 */
export function uploadOf(message: IncomingMessage): Upload {
  const { headers } = message
  let expected = headers[checksumHeader]
  const isFramed = String(headers['x-amz-content-sha256']).startsWith('STREAMING-')
  const length = headers[isFramed ? 'x-amz-decoded-content-length' : 'content-length']
  if (length === undefined) {
    const reason = 'You must provide the Content-Length HTTP header.'
    throw new AwsError('MissingContentLength', reason, 411)
  }

  async function* unframed(): AsyncGenerator<Buffer> {
    const reader = createByteReader(bytesOf(message), incompleteBody)
    const line = async () => {
      const read = await reader.until('\r\n', longestLine)
      if (read === undefined) throw incompleteBody()
      return read.toString()
    }
    for (;;) {
      const size = /^([\da-f]{1,8})(;|$)/i.exec(await line())?.[1]
      if (size === undefined) throw incompleteBody()
      if (/^0+$/.test(size)) break
      yield* reader.take(Number.parseInt(size, 16))
      if ((await line()) !== '') throw incompleteBody()
    }
    for (let trailer = await line(); trailer !== ''; trailer = await line()) {
      const [name = '', value] = trailer.split(':')
      if (name === checksumHeader) expected = value?.trim()
      else if (name !== 'x-amz-trailer-signature') throw notModelled(name)
    }
    // The header may announce a trailer that does not arrive.
    if (headers['x-amz-trailer'] !== undefined && expected === undefined) throw incompleteBody()
  }

  return {
    content: isFramed ? unframed() : bytesOf(message),
    check({ size, crc32 }) {
      if (size !== Number(length)) throw incompleteBody()
      if (expected !== undefined && expected !== crc32)
        throw new AwsError('BadDigest', 'The CRC32 you specified did not match the calculated checksum.')
    },
  }
}
