/**
 * Calls `each` for every item in order, with at most `concurrency` calls at once. An item is read only when its call
 * starts. After the first error, no further call starts. Once all started calls have ended, that error is thrown.
 */
export async function eachInParallel<Item>(
  items: Iterable<Item> | AsyncIterable<Item>,
  concurrency: number,
  each: (item: Item) => Promise<void>,
): Promise<void> {
  const pending = Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]()
  const errors: unknown[] = []
  const worker = async (): Promise<void> => {
    try {
      while (errors.length === 0) {
        const next = await pending.next()
        if (next.done) return
        await each(next.value)
      }
    } catch (error) {
      errors.push(error)
    }
  }
  await Promise.all(Array.from({ length: concurrency }, worker))
  if (errors.length === 0) return
  await pending.return?.()
  throw errors[0]
}

/** Like `eachInParallel`, but returns the results in the order of the items. */
export async function mapInParallel<Item, Result>(
  items: Iterable<Item>,
  concurrency: number,
  map: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = []
  await eachInParallel([...items].entries(), concurrency, async ([index, item]) => {
    results[index] = await map(item)
  })
  return results
}
