import { type Finding, matcher } from './repository.ts'

/** A fault that is known and is being removed. Each field may be a glob. */
export interface Pending {
  readonly rule: string
  readonly file: string
  readonly subject: string
  readonly reason: string
}

export function isPending(pending: readonly Pending[], finding: Finding): boolean {
  return pending.some((entry) => covers(entry, finding))
}

/** One line per entry that no fault needs any more. */
export function needlessPending(pending: readonly Pending[], findings: readonly Finding[]): string[] {
  return pending
    .filter((entry) => !findings.some((finding) => covers(entry, finding)))
    .map(
      ({ rule, file, subject }) =>
        `[${rule}] ${file} ${subject} is done: delete its entry in pending (test/architecture/zones.ts)`,
    )
}

function covers(entry: Pending, finding: Finding): boolean {
  return (
    entry.rule === finding.rule &&
    matcher([entry.file])(finding.file) &&
    matcher([entry.subject])(finding.subject)
  )
}
