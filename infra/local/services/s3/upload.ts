import type { IncomingMessage } from 'node:http'
import { AwsError } from '../../gateway/aws-service.ts'
import { createByteReader } from './byte-reader.ts'
import { incompleteBody, notModelled } from './errors.ts'
import type { Written } from './objects.ts'

/** A content that arrives, and what must turn out to be true of it. */
export interface Upload {
  readonly content: AsyncIterable<Buffer>
  /** Throws unless what was written is what the client sent. */
  check(written: Written): void
}

/** The longest line between chunks: a size and a signature, or a trailer. */
const longestLine = 4_096
const checksumHeader = 'x-amz-checksum-crc32'

/** The body of a request as it comes. Throws IncompleteBody if the client breaks off. */
export async function* bytesOf(message: IncomingMessage): AsyncGenerator<Buffer> {
  try {
    // Whoever is refused in the middle gets to read why.
    yield* message.iterator({ destroyOnReturn: false })
  } catch {
    throw incompleteBody()
  }
}

/**
 * The body of a PutObject, out of the chunks that the SDKs frame streams in (S3 user guide, "Signature calculations:
 * Transferring a payload in multiple chunks"), with the checksum that they send before or after it. The signatures of
 * chunks are passed over, as those of requests are.
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
    // The header may announce what then does not come.
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
