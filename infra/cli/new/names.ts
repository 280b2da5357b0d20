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

/** Words that the code around an aggregate already uses for something else. */
const engine = new Set(
  `aggregate backend codec command commit contract event execute generation given guard item kernel list live me
  page position problem projection publication query refusal row sample state stream stream-name text`.split(
    /\s+/,
  ),
)

/** Spells an aggregate's name. Throws, in one line that says what to do, what cannot be one. */
export function namesOf(name: string): Names {
  const refuse = (reason: string) => new Error(`"${name}" ${reason}`)
  if (!/^[a-z][a-z0-9]*(-[a-z][a-z0-9]*)*$/.test(name)) {
    throw refuse('is no name: give small letters and digits, words joined by "-", such as price-list.')
  }
  if (name.length > longest) throw refuse(`is too long: give at most ${longest} characters.`)
  if (isPlural(name)) throw refuse(`is a plural: give the name of one, such as ${singularOf(name)}.`)
  if (javascript.has(name)) throw refuse(`is a word of JavaScript: give two words, such as my-${name}.`)
  if (engine.has(name)) throw refuse(`has a meaning in the engine: give another, such as my-${name}.`)
  return {
    one: spell(name),
    many: spell(pluralOf(name)),
    a: `${/^[aeiou]/.test(name) ? 'an' : 'a'} ${spell(name).words}`,
  }
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

/** `address`, `status` and `analysis` are not plurals. */
function isPlural(name: string): boolean {
  return /[^sui]s$/.test(name)
}

function singularOf(name: string): string {
  if (name.endsWith('ies')) return name.replace(/ies$/, 'y')
  return name.replace(/(?<=ss|x|z|ch|sh)es$|s$/, '')
}

function pluralOf(name: string): string {
  if (/[^aeiou]y$/.test(name)) return name.replace(/y$/, 'ies')
  return /(?:s|x|z|ch|sh)$/.test(name) ? `${name}es` : `${name}s`
}
