/** Reads bytes that come in chunks of any size. */
export interface ByteReader {
  /**
   * The bytes before the next `end`, which is skipped; `undefined` if that is more than `most` bytes. Throws
   * `cutOff` where there is none.
   */
  until(end: string, most: number): Promise<Buffer | undefined>
  /** The next bytes of this number, as they come. Throws `cutOff` if there are fewer. */
  take(bytes: number): AsyncGenerator<Buffer>
  /** The bytes before the next `end`, which is skipped, as they come. Throws `cutOff` if there is none. */
  flow(end: string): AsyncGenerator<Buffer>
}

export function createByteReader(chunks: AsyncIterable<Buffer>, cutOff: () => Error): ByteReader {
  const source = chunks[Symbol.asyncIterator]()
  let buffer: Buffer = Buffer.alloc(0)

  /** Whether there were more. */
  async function more(): Promise<boolean> {
    const { done, value } = await source.next()
    if (done) return false
    buffer = Buffer.concat([buffer, value])
    return true
  }

  /** Takes so many bytes off the front. */
  function shift(bytes: number): Buffer {
    const front = buffer.subarray(0, bytes)
    buffer = buffer.subarray(bytes)
    return front
  }

  return {
    async until(end, most) {
      for (;;) {
        const at = buffer.indexOf(end)
        if (at > most || (at === -1 && buffer.length >= most + end.length)) return undefined
        if (at !== -1) {
          const found = shift(at)
          shift(end.length)
          return found
        }
        if (!(await more())) throw cutOff()
      }
    },
    async *take(bytes) {
      for (let left = bytes; left > 0; ) {
        if (buffer.length === 0 && !(await more())) throw cutOff()
        const chunk = shift(left)
        left -= chunk.length
        yield chunk
      }
    },
    async *flow(end) {
      for (;;) {
        const at = buffer.indexOf(end)
        // The last bytes may be the beginning of the end.
        const certain = shift(at === -1 ? Math.max(0, buffer.length - end.length + 1) : at)
        if (certain.length > 0) yield certain
        if (at !== -1) return void shift(end.length)
        if (!(await more())) throw cutOff()
      }
    },
  }
}
