/** Fingerprints by the names of what they are made of. */
export type Fingerprints = Readonly<Record<string, string>>

export interface FingerprintChanges {
  readonly added: readonly string[]
  readonly changed: readonly string[]
  readonly removed: readonly string[]
}

export function changesBetween(before: Fingerprints, after: Fingerprints): FingerprintChanges {
  const names = Object.keys(after)
  return {
    added: names.filter((name) => before[name] === undefined),
    changed: names.filter((name) => before[name] !== undefined && before[name] !== after[name]),
    removed: Object.keys(before).filter((name) => after[name] === undefined),
  }
}

/** One line per change, with the old and the new fingerprint. */
export function linesOf(before: Fingerprints, after: Fingerprints): string[] {
  const { added, changed, removed } = changesBetween(before, after)
  return [
    ...added.map((name) => `added    ${name} ${after[name]}`),
    ...changed.map((name) => `changed  ${name} ${before[name]} to ${after[name]}`),
    ...removed.map((name) => `removed  ${name} ${before[name]}`),
  ]
}

/** The name by which a version is allowed to change: `projects-v1` for `projects.v1`. */
export function allowedName(version: string): string {
  return version.replace('.', '-')
}

/**
 * The versions of read models whose released fingerprint would be overwritten without permission. `released` has the
 * committed fingerprints, and `allowed` the names that may change. Throws an Error for a name of no version.
 */
export function refusedIn(released: Fingerprints, after: Fingerprints, allowed: readonly string[]): string[] {
  const known = [...new Set([...Object.keys(released), ...Object.keys(after)])].map(allowedName)
  const unknown = allowed.map(allowedName).find((name) => !known.includes(name))
  if (unknown !== undefined)
    throw new Error(`There is no read model ${unknown}. The read models are ${known.join(', ')}.`)
  return changesBetween(released, after).changed.filter(
    (name) => !allowed.map(allowedName).includes(allowedName(name)),
  )
}
