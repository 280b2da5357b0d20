/**
 * Returns the failed items of a batch, from the answer of a function that reports failures: `{batchItemFailures:
 * [{itemIdentifier}]}`. An empty answer means success. If the answer is malformed or names an unknown item, all items
 * failed (Lambda developer guide, `ReportBatchItemFailures`).
 */
export function failedItems(answer: unknown, items: readonly string[]): readonly string[] {
  if (answer === null || answer === undefined) return []
  if (typeof answer !== 'object' || Array.isArray(answer)) return items
  const failures: unknown = 'batchItemFailures' in answer ? answer.batchItemFailures : null
  if (failures === null || failures === undefined) return []
  if (!Array.isArray(failures)) return items
  const reported = failures.map((failure: { itemIdentifier?: unknown } | null) => failure?.itemIdentifier)
  const known = items.filter((item) => reported.includes(item))
  return reported.every((one) => typeof one === 'string' && items.includes(one)) ? known : items
}
