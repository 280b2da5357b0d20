/**
 * Which items of a batch failed, by what a function answered that reports failures: `{batchItemFailures:
 * [{itemIdentifier}]}`. No answer means success; if anything is garbled or unknown, all of them failed (Lambda developer
 * guide, `ReportBatchItemFailures`).
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
