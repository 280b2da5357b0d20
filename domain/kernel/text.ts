import * as z from 'zod/mini'

/**
 * The kinds of text that the domain accepts from people, one function each. All limits follow from DynamoDB: a
 * partition key has at most 2,048 bytes, a sort key 1,024, an item 400 KB. Kinds of text that only HTTP knows, such as
 * headers and cursors, are in `commands/http/client-text.ts`.
 */

/**
 * The syntax of an id: 1 to 64 characters that need no escape in a URL. They are short, so a key can contain several
 * ids.
 */
export const idSyntax = /^[A-Za-z0-9._~-]{1,64}$/

/** The id of something that already exists. */
export function id(about: string): z.ZodMiniString {
  return z
    .string()
    .check(
      z.regex(idSyntax, 'Not an id: 1 to 64 letters, digits and the characters . _ ~ -'),
      z.describe(about),
      z.meta({ examples: ['5f0c3f5e9d0a4c6e8a640f6f5b1c2d3e'] }),
    )
}

export interface TextOptions {
  /** Minimum length in Unicode characters, after trimming. */
  readonly min?: number
  /** Maximum length in Unicode characters, after trimming. A character has at most 4 bytes. */
  readonly max: number
  /** Whether the text may have several lines. */
  readonly lines?: boolean
}

/**
 * Text that people write. White space at both ends is removed; nothing else changes. Control characters and unpaired
 * surrogates are rejected, because DynamoDB stores UTF-8 and would replace an unpaired surrogate silently.
 *
 * A single-line text is shown in lists and in the subject of a mail. It must have a visible character. It must not
 * contain invisible characters, or characters that change the direction of the text around it. Joiners, variation
 * selectors and tags are accepted only where emoji and scripts need them.
 */
export function text({ min = 0, max, lines = false }: TextOptions): z.ZodMiniString {
  const length = (value: string) => Array.from(value).length
  return z.string().check(
    z.trim(),
    z.refine((value) => length(value) >= min, `At least ${min} character${min === 1 ? '' : 's'}.`),
    z.refine((value) => length(value) <= max, `At most ${max} characters.`),
    z.refine((value) => value.isWellFormed(), 'Unpaired surrogates are not allowed.'),
    z.refine(
      (value) => !(lines ? controls : lineControls).test(value),
      'Control characters are not allowed.',
    ),
    z.refine(
      (value) => lines || isVisible(value),
      'Invisible characters and direction marks are not allowed.',
    ),
    z.meta({ minLength: min, maxLength: max, pattern: lines ? linesPattern : linePattern(min) }),
  )
}

/**
 * Control characters that a text with several lines must not contain. Line feed, carriage return and tab are allowed.
 */
const controls = /[^\P{Cc}\n\r\t]/u
/** Control characters, and characters that end a line. A single-line text must not contain them. */
const lineControls = /[\p{Cc}\u2028\u2029]/u

/** Characters that have no visible shape. Some are part of emoji, or of scripts whose letters join. */
const invisible = /[\p{Default_Ignorable_Code_Point}\p{Noncharacter_Code_Point}\ufff9-\ufffb]/u
/** Joiners after an emoji, a combining mark, or a letter of a script whose letters join. */
const joiners =
  /(?<=[\p{Extended_Pictographic}\p{Emoji_Modifier}\p{M}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Mongolian}\p{Script=Nko}])[\u200c\u200d]/gu
/** One variation selector after a visible character. */
const selectors = /(?<=[^\p{Default_Ignorable_Code_Point}\p{White_Space}])\p{Variation_Selector}/gu
/** The tags of a flag, such as that of Scotland. */
const tags = /(?<=\u{1f3f4})[\u{e0020}-\u{e007e}]{1,6}\u{e007f}/gu
const shape = /[^\p{Default_Ignorable_Code_Point}\p{White_Space}\u2800]/u

/** Whether a single-line text is empty or has a visible character, and contains no stray invisible characters. */
function isVisible(value: string): boolean {
  if (value === '') return true
  const rest = value.replace(selectors, '').replace(joiners, '').replace(tags, '')
  return shape.test(value) && !invisible.test(rest)
}

/**
 * The same rules for the OpenAPI document, as far as a regular expression without flags can state them. It does not
 * check joiners, variation selectors and characters above U+FFFF.
 */
const rejected =
  '\\u0000-\\u001f\\u007f-\\u009f\\u00ad\\u034f\\u061c\\u115f\\u1160\\u17b4\\u17b5\\u180e\\u200b\\u200e\\u200f\\u2028-\\u202e\\u2060-\\u206f\\u3164\\ufdd0-\\ufdef\\ufeff\\uffa0\\ufff0-\\ufffb\\ufffe\\uffff'
const linePattern = (min: number) =>
  min === 0 ? `^[^${rejected}]*$` : `^[^${rejected}]*[^${rejected}\\s\\u2800][^${rejected}]*$`
/** For the OpenAPI document: the pattern of one character in a single-line text, except those in `others`. */
export const lineCharacterExcept = (others: string) => `[^${rejected}${others}]`
const linesPattern = '^[^\\u0000-\\u0008\\u000b\\u000c\\u000e-\\u001f\\u007f-\\u009f]*$'
