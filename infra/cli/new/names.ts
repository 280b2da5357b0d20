import pluralize from 'pluralize'

/** A name as it is spelled in each place. */
export interface Spelling {
  /** In files, routes and commands: `price-list`. */
  readonly kebab: string
  /** In code and in the names of streams, which are split at their first `-`: `priceList`. */
  readonly camel: string
  /** In types and events: `PriceList`. */
  readonly pascal: string
  /** In sentences: `price list`. */
  readonly words: string
}

export interface Names {
  readonly one: Spelling
  readonly many: Spelling
  /** With its article: `a price list`. */
  readonly a: string
}

const longest = 40

/** Words that cannot name a constant. */
const javascript = new Set(
  `await break case catch class const continue debugger default delete do else enum eval export extends false
  finally for function if implements import in instanceof interface let new null package private protected
  public return static super switch this throw true try typeof undefined var void while with yield`.split(
    /\s+/,
  ),
)

/** Words that the code around an aggregate uses with another meaning. */
const engine = new Set(
  `aggregate backend codec command commit contract event execute generation given guard item kernel list live me
  page position problem projection publication query refusal row sample state stream stream-name text`.split(
    /\s+/,
  ),
)

/** Lower-case letters and digits, in words joined by `-`. */
const kebabName = /^[a-z][a-z0-9]*(-[a-z][a-z0-9]*)*$/

/**
 * Spells an aggregate's name. The plural follows from English grammar unless it is given. Throws an Error in one line that
 * gives the reason and an example if the name cannot be used.
 */
export function namesOf(name: string, plural?: string): Names {
  const refuse = (reason: string) => new Error(`"${name}" ${reason}`)
  checkKebab(name)
  const last = name.split('-').at(-1) ?? name
  if (plural === undefined && !pluralize.isSingular(last)) {
    const singular = name.slice(0, -last.length) + pluralize.singular(last)
    throw refuse(`is a plural: use the singular, such as ${singular}, or add --plural WORD.`)
  }
  if (javascript.has(name)) throw refuse(`is a word of JavaScript: use two words, such as my-${name}.`)
  if (engine.has(name)) throw refuse(`has a meaning in the engine: choose another, such as my-${name}.`)
  const many = plural ?? name.slice(0, -last.length) + pluralize.plural(last)
  checkKebab(many)
  return { one: spell(name), many: spell(many), a: withArticle(spell(name).words) }
}

/** Throws an Error that gives an example if a name has another form than `price-list`, or is too long. */
export function checkKebab(name: string, example = 'price-list'): void {
  if (!kebabName.test(name))
    throw new Error(
      `"${name}" is not a name: use lower-case letters and digits, and join words with "-", such as ${example}.`,
    )
  if (name.length > longest) throw new Error(`"${name}" is too long: use at most ${longest} characters.`)
}

/** Whether a name has the form of a type of event, such as `PriceListPublished`. */
export function isPascal(name: string): boolean {
  return /^[A-Z][A-Za-z0-9]*$/.test(name)
}

/** `PriceListPublished` as `price-list-published`. */
export function kebabOf(pascal: string): string {
  return pascal.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '-').toLowerCase()
}

export function withArticle(words: string): string {
  return `${/^[aeiou]/.test(words) ? 'an' : 'a'} ${words}`
}

export function withCapital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/**
 * The existing name that this one collides with, if any: its own, or one from which the code makes the same identifier.
 * `user-command` makes the type `UserCommand`, which is the type of the commands of `user`.
 */
export function takenBy(name: string, existing: readonly string[]): string | undefined {
  const namesMadeFrom = (one: string) => [one, `${one}-command`, `${one}-event`]
  return existing.find((other) => namesMadeFrom(other).includes(name) || namesMadeFrom(name).includes(other))
}

export function spell(kebab: string): Spelling {
  const pascal = kebab.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase())
  const camel = pascal.charAt(0).toLowerCase() + pascal.slice(1)
  return { kebab, camel, pascal, words: kebab.replaceAll('-', ' ') }
}
