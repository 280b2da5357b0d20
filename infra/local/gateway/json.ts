/** Maximum number of levels of JSON from outside. Deeper ones end the stack of a reader that recurses. */
const maxLevels = 1000

/**
 * Parses JSON from outside.
 *
 * @throws SyntaxError if it is none, or nested too deeply.
 */
export function parseJson(text: string): unknown {
  if (levelsOf(text) > maxLevels) throw new SyntaxError(`JSON is nested more than ${maxLevels} levels deep`)
  return JSON.parse(text)
}

/** The levels of objects and lists in a text; counted only if there can be too many. */
function levelsOf(text: string): number {
  if (text.length <= maxLevels) return 0
  let most = 0
  let levels = 0
  let isText = false
  for (let i = 0; i < text.length; i++) {
    const character = text[i]
    if (isText && character === '\\') i++
    else if (character === '"') isText = !isText
    else if (isText) continue
    else if (character === '{' || character === '[') most = Math.max(most, ++levels)
    else if (character === '}' || character === ']') levels--
  }
  return most
}
