/** The placeholders in a pattern: for any characters, and for any one character. */
export const anyText = Symbol('any text')
export const anyCharacter = Symbol('any character')

export type GlobToken = string | typeof anyText | typeof anyCharacter

/**
 * Whether a text matches a pattern of single characters and placeholders. The time grows with the length of the text,
 * never with its square, however many placeholders there are: texts come from strangers.
 */
export function matchesGlob(pattern: readonly GlobToken[], text: string): boolean {
  const characters = [...text]
  let at = 0
  // After a mismatch, only the last placeholder for any text takes one more character.
  let star = -1
  let taken = 0
  for (let i = 0; i < characters.length; ) {
    const token = pattern[at]
    if (token === anyText) {
      star = at++
      taken = i
    } else if (token !== undefined && (token === anyCharacter || token === characters[i])) {
      at++
      i++
    } else if (star >= 0) {
      at = star + 1
      i = ++taken
    } else return false
  }
  return pattern.slice(at).every((token) => token === anyText)
}
