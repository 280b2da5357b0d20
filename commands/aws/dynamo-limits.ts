/** Limits of DynamoDB in bytes. Source: "Quotas in Amazon DynamoDB" in its developer guide. */
export const maxItemBytes = 400 * 1024
export const maxPartitionKeyBytes = 2048
export const maxSortKeyBytes = 1024
/** Maximum size of all items of a transaction together. */
export const maxTransactionBytes = 4 * 1024 * 1024
/** Bytes that a query or a scan reads before it ends the page. */
export const maxPageBytes = 1024 * 1024

/** Maximum number of writes in one transaction. */
export const maxTransactionItems = 100

type Attribute = string | number | Uint8Array | undefined | object

/**
 * The size of an item as DynamoDB counts it: names and values in UTF-8. A number takes about half a byte per digit,
 * plus one byte.
 */
export function bytesOf(item: object): number {
  return Object.entries(item).reduce(
    (sum, [name, value]: [string, Attribute]) =>
      value === undefined ? sum : sum + Buffer.byteLength(name) + valueBytes(value),
    0,
  )
}

function valueBytes(value: Exclude<Attribute, undefined>): number {
  if (typeof value === 'string') return Buffer.byteLength(value)
  if (typeof value === 'number') return Math.ceil(String(value).length / 2) + 1
  if (value instanceof Uint8Array) return value.byteLength
  // A map takes three bytes, and one more for each entry.
  return 3 + Object.keys(value).length + bytesOf(value)
}

/** The keys of an item, whatever their names are in the table. */
export interface ItemKeys {
  readonly partition: string
  /** The sort key, if it is a text. A number is never too long. */
  readonly sort?: string
}

/** Whether a table can hold an item with these keys. */
export function fitsKeys({ partition, sort = '-' }: ItemKeys): boolean {
  return (
    isBetween(Buffer.byteLength(partition), maxPartitionKeyBytes) &&
    isBetween(Buffer.byteLength(sort), maxSortKeyBytes)
  )
}

function isBetween(bytes: number, max: number): boolean {
  return bytes >= 1 && bytes <= max
}

/** The error that DynamoDB returns for a request with invalid content. Stores in memory throw it, too. */
export function validationException(message: string): Error {
  const error = new Error(message)
  error.name = 'ValidationException'
  return Object.assign(error, { $fault: 'client', $metadata: { httpStatusCode: 400 } })
}

/** Throws as DynamoDB does for keys that no item can have. */
export function checkKeys(keys: ItemKeys): void {
  if (!fitsKeys(keys)) throw validationException('A key is empty or exceeds the maximum size.')
}

/** Throws as DynamoDB does for an item that is too large. */
export function checkItem(keys: ItemKeys, bytes: number): void {
  checkKeys(keys)
  if (bytes > maxItemBytes) throw validationException('Item size has exceeded the maximum allowed size')
}

/** Throws as DynamoDB does for a transaction that is too large. `sizes` are the sizes of its items. */
export function checkTransaction(sizes: readonly number[]): void {
  if (sizes.length > maxTransactionItems)
    throw validationException(`A transaction has at most ${maxTransactionItems} items.`)
  if (sizes.reduce((sum, bytes) => sum + bytes, 0) > maxTransactionBytes)
    throw validationException('Transaction size has exceeded the maximum allowed size')
}
