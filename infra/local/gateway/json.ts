/** Maximum nesting of JSON from outside. Deeper JSON overflows the stack of a recursive reader. */
const maxLevels = 1000

/**
 * Parses JSON from outside.
 *
 * @throws SyntaxError if the text is not JSON, or is nested too deeply.
 */
export function parseJson(text: string): unknown {
  if (levelsOf(text) > maxLevels) throw new SyntaxError(`JSON is nested more than ${maxLevels} levels deep`)
  return JSON.parse(text)
}

/** Counts the nested levels of objects and lists in a text, if there can be too many. */
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
