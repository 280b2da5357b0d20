/**
 * Tells whether a package's range of Node versions accepts a version. Knows the comparators that packages use for
 * `engines`: `>=`, `>`, `<=`, `<`, `^`, `~`, `=`, part versions such as `20` and `4.x`, `*`, and `||`. Throws on others.
 */
export function acceptsNode(range: string, version: string): boolean {
  const wanted = numbersOf(version)
  return range.split('||').some((alternative) =>
    alternative
      .replace(/(>=|<=|>|<|\^|~|=)\s+/g, '$1')
      .trim()
      .split(/\s+/)
      .every((comparator) => accepts(comparator, wanted)),
  )
}

type Numbers = readonly [major: number, minor: number, patch: number]

function accepts(comparator: string, wanted: Numbers): boolean {
  if (comparator === '' || comparator === '*') return true
  const [, operator = '', text = ''] =
    /^(>=|<=|>|<|\^|~|=|)v?(\d+(?:\.(?:\d+|x|\*)){0,2})$/.exec(comparator) ?? []
  if (text === '') throw new Error(`"${comparator}" is not a comparator that this check knows`)
  const given = text.split('.').filter((part) => /^\d+$/.test(part)).length
  const least = numbersOf(text)
  switch (operator) {
    case '>=':
      return compare(wanted, least) >= 0
    case '>':
      return compare(wanted, given === 3 ? least : after(least, given)) >= (given === 3 ? 1 : 0)
    case '<':
      return compare(wanted, least) < 0
    case '<=':
      return given === 3 ? compare(wanted, least) <= 0 : compare(wanted, after(least, given)) < 0
    case '^':
      return compare(wanted, least) >= 0 && compare(wanted, after(least, caretPart(least, given))) < 0
    case '~':
      return compare(wanted, least) >= 0 && compare(wanted, after(least, Math.min(given, 2))) < 0
    default:
      return compare(wanted, least) >= 0 && compare(wanted, after(least, given)) < 0
  }
}

function numbersOf(version: string): Numbers {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map((part) => Number.parseInt(part, 10) || 0)
  return [major, minor, patch]
}

function compare(a: Numbers, b: Numbers): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2]
}

/** Number of parts that a caret keeps: up to and including the first that is not zero. */
function caretPart([major, minor]: Numbers, given: number): number {
  if (major > 0 || given === 1) return 1
  return minor > 0 || given === 2 ? 2 : 3
}

/** The lowest version above all versions with the same leading parts. */
function after([major, minor, patch]: Numbers, parts: number): Numbers {
  if (parts === 1) return [major + 1, 0, 0]
  return parts === 2 ? [major, minor + 1, 0] : [major, minor, patch + 1]
}
