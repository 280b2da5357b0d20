import { describe, expect, it } from 'vitest'
import { commitsOf, deliveryOf } from '../../projections/delivery/stream-record.ts'
import type { ShardPage, ShardRange, ShardReader } from '../../projections/redrive/shard-reader.ts'

export interface OpenShard {
  readonly reader: ShardReader
  /** From one sequence number to another, both included. */
  range(start: string, end: string): ShardRange
  /** Writes this number of commits, one per stream, and returns the sequence numbers of their records. */
  write(commits: number): Promise<readonly string[]>
}

export async function pagesOf(reader: ShardReader, range: ShardRange): Promise<ShardPage[]> {
  const pages: ShardPage[] = []
  for await (const page of reader.read(range)) pages.push(page)
  return pages
}

export const recordsOf = (pages: readonly ShardPage[]) => pages.flatMap(({ records }) => records)

const numbersOf = (pages: readonly ShardPage[]) =>
  recordsOf(pages).map(({ dynamodb }) => dynamodb?.SequenceNumber)

/**
 * The tests that every shard reader must pass. `open` is called once per test, and returns a shard that
 * nobody else writes to.
 */
export function shardReaderContract(name: string, open: () => Promise<OpenShard>): void {
  describe(`shard reader on ${name}`, () => {
    it('reads a range in order, from its first to its last record and nothing else', async () => {
      const { reader, range, write } = await open()
      const numbers = await write(7)
      const pages = await pagesOf(reader, range(numbers[1] ?? '', numbers[5] ?? ''))
      expect(numbersOf(pages)).toEqual(numbers.slice(1, 6))
      expect(pages.some(({ trimmed }) => trimmed)).toBe(false)
    })

    it('reads a single record, even the newest of all', async () => {
      const { reader, range, write } = await open()
      const numbers = await write(3)
      expect(numbersOf(await pagesOf(reader, range(numbers[2] ?? '', numbers[2] ?? '')))).toEqual([
        numbers[2],
      ])
    })

    it('reads a range of many pages', async () => {
      const { reader, range, write } = await open()
      const numbers = await write(230)
      const pages = await pagesOf(reader, range(numbers[0] ?? '', numbers.at(-1) ?? ''))
      expect(pages.length).toBeGreaterThan(2)
      expect(numbersOf(pages)).toEqual(numbers)
    })

    it('returns records as Lambda does, with their commits', async () => {
      const { reader, range, write } = await open()
      const [number = ''] = await write(1)
      const [record] = recordsOf(await pagesOf(reader, range(number, number)))
      if (record === undefined) throw new Error('there is one')
      expect(record.eventName).toBe('INSERT')
      const delivery = deliveryOf(record)
      expect(delivery).toMatchObject({ version: 1, sequenceNumber: number })
      expect(commitsOf([delivery])).toMatchObject([{ version: 1, correlationId: 'correlation' }])
    })

    it('reports that records are trimmed, and reads the rest', async () => {
      const { reader, range, write } = await open()
      const numbers = await write(3)
      const pages = await pagesOf(reader, range('0', numbers[1] ?? ''))
      expect(numbersOf(pages)).toEqual(numbers.slice(0, 2))
      expect(pages.some(({ trimmed }) => trimmed)).toBe(true)
    })

    it('reports that all of them are trimmed', async () => {
      const { reader, range, write } = await open()
      await write(3)
      const pages = await pagesOf(reader, range('0', '0'))
      expect(numbersOf(pages)).toEqual([])
      expect(pages.some(({ trimmed }) => trimmed)).toBe(true)
    })
  })
}
