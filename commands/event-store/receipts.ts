import { deflateRawSync, inflateRawSync } from 'node:zlib'
import * as z from 'zod/mini'
import type { CommitReceipt } from '../../domain/kernel/event-store.ts'

/** Maximum size of the receipts in an item. A hundred receipts of ordinary commits take 3 KB. */
const maxReceiptBytes = 16 * 1024

const tuple = z.tuple([z.string(), z.number(), z.array(z.string()), z.string(), z.string()])

/**
 * Packs receipts into an attribute of an item: their JSON, deflated. Undefined if they are too large for a snapshot.
 */
export function packReceipts(receipts: readonly CommitReceipt[]): Uint8Array | undefined {
  const tuples = receipts.map(({ commandId, version, types, digest, at }) => [
    commandId,
    version,
    types,
    digest,
    at,
  ])
  const packed = deflateRawSync(JSON.stringify(tuples))
  return packed.byteLength > maxReceiptBytes ? undefined : packed
}

/** The receipts of an item; undefined if it has no readable receipts. */
export function receiptsIn({
  receipts,
}: {
  readonly receipts?: unknown
}): readonly CommitReceipt[] | undefined {
  if (!(receipts instanceof Uint8Array)) return undefined
  try {
    const tuples = z.array(tuple).parse(JSON.parse(inflateRawSync(receipts).toString()))
    return tuples.map(([commandId, version, types, digest, at]) => ({
      commandId,
      version,
      types,
      digest,
      at,
    }))
  } catch {
    return undefined
  }
}
