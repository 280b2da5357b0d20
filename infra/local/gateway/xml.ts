/** An element with this in it, which is XML already. */
export function element(name: string, inside: string): string {
  return `<${name}>${inside}</${name}>`
}

/** A text for an element. */
export function escaped(text: string): string {
  return text.replace(/[<>&"\p{Cc}]/gu, (character) => `&#${character.codePointAt(0)};`)
}

/** A document of one element with these texts in it. */
export function xml(root: string, texts: Readonly<Record<string, string>>): string {
  return document(
    root,
    Object.entries(texts)
      .map(([name, text]) => element(name, escaped(text)))
      .join(''),
  )
}

/** A document of one element with this in it, which is XML already. */
export function document(root: string, inside: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element(root, inside)}`
}
