import { describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import { id, text } from '../../../domain/kernel/text.ts'

const line = text({ min: 1, max: 200 })
const lines = text({ max: 2000, lines: true })
const isTaken = (schema: z.ZodMiniType, value: unknown) => schema.safeParse(value).success

describe('a text of one line', () => {
  it.each([
    ['letters with marks', 'a\u0301'],
    ['letters of any script', '日本語'],
    ['a joiner between letters that join', '\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645'],
    ['a joiner after a mark', '\u0915\u094d\u200d\u0937'],
    ['an emoji of several characters', '\u{1f468}\u200d\u{1f469}\u200d\u{1f467}'],
    ['an emoji with a variation selector', '\u2764\ufe0f\u200d\u{1f525}'],
    ['a flag with tags', '\u{1f3f4}\u{e0067}\u{e0062}\u{e0073}\u{e0063}\u{e0074}\u{e007f}'],
    ['an escaped replacement character', '\ufffd'],
  ])('accepts %s', (_, value) => {
    expect(line.safeParse(value)).toMatchObject({ success: true, data: value })
  })

  it.each([
    ['a control character', 'a\u0000b'],
    ['a line break', 'a\nb'],
    ['a line separator', 'a\u2028b'],
    ['a direction override', 'a\u202eb'],
    ['an isolate', '\u2066a\u2069'],
    ['a direction mark', '\u200fa'],
    ['a zero-width space', 'a\u200bb'],
    ['only a zero-width space', '\u200b'],
    ['only a Hangul filler', '\u3164'],
    ['only an empty Braille pattern', '\u2800'],
    ['only a variation selector', '\ufe0f'],
    ['several variation selectors in a row', 'a\ufe0f\ufe0e'],
    ['a joiner between letters that do not join', 'a\u200db'],
    ['several joiners in a row', '\u{1f468}\u200d\u200d\u{1f469}'],
    ['a soft hyphen', 'a\u00adb'],
    ['tags outside a flag', 'a\u{e0068}\u{e0069}\u{e007f}'],
    ['a noncharacter', 'a\uffff'],
    ['half a surrogate pair', 'a\ud83d'],
    ['only white space', ' \u00a0 '],
  ])('refuses %s', (_, value) => {
    expect(isTaken(line, value)).toBe(false)
  })

  it('loses the white space at its ends and nothing else', () => {
    expect(line.parse(' \ta  e\u0301 ')).toBe('a  e\u0301')
  })

  it('is counted in characters, as in the OpenAPI document', () => {
    expect(isTaken(line, '\u{1f600}'.repeat(200))).toBe(true)
    expect(isTaken(line, '\u{1f600}'.repeat(201))).toBe(false)
  })
})

describe('a text of several lines', () => {
  it('accepts line breaks, tabs and direction marks', () => {
    expect(isTaken(lines, 'a\r\n\tb\u200f\n')).toBe(true)
    expect(isTaken(lines, '')).toBe(true)
  })

  it.each(['a\u0000', 'a\u0085b', 'a\udc00'])('refuses %j', (value) => {
    expect(isTaken(lines, value)).toBe(false)
  })
})

describe('an id', () => {
  it.each([
    'ann',
    '5f0c3f5e-9d0a-4c6e-8a64-0f6f5b1c2d3e',
    'a.b_c~d',
    'x'.repeat(64),
  ])('may be %s', (value) => {
    expect(isTaken(id('An id'), value)).toBe(true)
  })

  it.each([
    '',
    'a b',
    'a/b',
    'a@b',
    'é',
    '\ud83d',
    'a\u0000',
    'a\n',
    'x'.repeat(65),
  ])('may not be %j', (value) => {
    expect(isTaken(id('An id'), value)).toBe(false)
  })
})

describe('the OpenAPI document', () => {
  /** Accepted only in the right context, which a regular expression without flags cannot describe. */
  const byContext = /\p{Join_Control}|\p{Variation_Selector}/u

  it.each([
    ['one line', line],
    ['several lines', lines],
  ])('has an expression that accepts the same characters in a text of %s', (_, schema) => {
    const { pattern = '' } = z.toJSONSchema(schema, { io: 'input' })
    const documented = new RegExp(pattern)
    const different: string[] = []
    for (let code = 0; code <= 0xffff; code++) {
      const character = String.fromCharCode(code)
      if (byContext.test(character) || !character.isWellFormed()) continue
      for (const value of [`a${character}b`, character])
        if (isTaken(schema, value) !== documented.test(value) && value.trim() === value)
          different.push(`U+${code.toString(16)} in ${JSON.stringify(value)}`)
    }
    expect(different).toEqual([])
  })
})
