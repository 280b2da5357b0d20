/** Reads bytes that come in chunks of any size. */
export interface ByteReader {
  /**
   * Resolves to the bytes before the next `end`, and skips `end`; `undefined` if these are more than `most` bytes.
   * Throws `cutOff` if there is no `end`.
   */
  until(end: string, most: number): Promise<Buffer | undefined>
  /** Yields this number of bytes as they arrive. Throws `cutOff` if there are fewer. */
  take(bytes: number): AsyncGenerator<Buffer>
  /** Yields the bytes before the next `end` as they arrive, and skips `end`. Throws `cutOff` if there is no `end`. */
  flow(end: string): AsyncGenerator<Buffer>
}

export function createByteReader(chunks: AsyncIterable<Buffer>, cutOff: () => Error): ByteReader {
  const source = chunks[Symbol.asyncIterator]()
  let buffer: Buffer = Buffer.alloc(0)

  /** Reads another chunk. Resolves to false at the end of the input. */
  async function more(): Promise<boolean> {
    const { done, value } = await source.next()
    if (done) return false
    buffer = Buffer.concat([buffer, value])
    return true
  }

  /** Removes this number of bytes from the front and returns them. */
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
        // The last bytes may be the beginning of `end`.
        const certain = shift(at === -1 ? Math.max(0, buffer.length - end.length + 1) : at)
        if (certain.length > 0) yield certain
        if (at !== -1) return void shift(end.length)
        if (!(await more())) throw cutOff()
      }
    },
  }
}
