/** Returns an element around content that already is XML. */
export function element(name: string, inside: string): string {
  return `<${name}>${inside}</${name}>`
}

/** Escapes a text for use in an element. */
export function escaped(text: string): string {
  return text.replace(/[<>&"\p{Cc}]/gu, (character) => `&#${character.codePointAt(0)};`)
}

/** Returns a document: a root element with one child element for each text. */
export function xml(root: string, texts: Readonly<Record<string, string>>): string {
  return document(
    root,
    Object.entries(texts)
      .map(([name, text]) => element(name, escaped(text)))
      .join(''),
  )
}

/** Returns a document: a root element around content that already is XML. */
export function document(root: string, inside: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element(root, inside)}`
}
