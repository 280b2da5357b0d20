import { describe, expect, it } from 'vitest'
import { messagesOf, paragraphsOf } from './passages.ts'
import { sample } from './sample.ts'

const paragraphs = (file: string, text: string) =>
  paragraphsOf(sample({ [file]: text })).map(({ line, text }) => `${line} ${text}`)
const messages = (text: string, file = 'a.ts') =>
  messagesOf(sample({ [file]: text })).map(({ line, text }) => `${line} ${text}`)

describe('the paragraphs', () => {
  it('of Markdown are its paragraphs, list items and rows of tables, without headings and code', () => {
    const text = [
      '# A heading of four words',
      '',
      'Two lines of one',
      'paragraph are joined.',
      '',
      '- An item of a list.',
      '- Another item of it.',
      '',
      '```sh',
      'this is code and no prose',
      '```',
      '',
      '| a row | of a small table |',
      '| --- | --- |',
    ].join('\n')
    expect(paragraphs('a.md', text)).toEqual([
      '3 Two lines of one paragraph are joined.',
      '6 - An item of a list.',
      '7 - Another item of it.',
      '13 | a row | of a small table |',
    ])
  })

  it('of code are the paragraphs of its comments, over consecutive lines', () => {
    const text = [
      '/**',
      ' * The first paragraph of a',
      ' * comment on two lines.',
      ' *',
      ' * The second paragraph of it.',
      ' */',
      'const a = 1',
      '// Two comments on lines',
      '// that follow each other.',
      'const b = a // too short',
    ].join('\n')
    expect(paragraphs('a.ts', text)).toEqual([
      '2 The first paragraph of a comment on two lines.',
      '5 The second paragraph of it.',
      '8 Two comments on lines that follow each other.',
    ])
  })
})

describe('the messages', () => {
  it('are strings and templates that read as sentences, each paragraph for itself', () => {
    expect(messages("throw new Error('The stream cannot be read.')")).toEqual([
      '1 The stream cannot be read.',
    ])
    expect(messages('log(`The function ${name} is not ready after ${ms} ms.`)')).toEqual([
      '1 The function … is not ready after … ms.',
    ])
    expect(messages('const usage = `Runs all of the checks.\n\nExits with one for a failure.`')).toEqual([
      '1 Runs all of the checks.',
      '1 Exits with one for a failure.',
    ])
  })

  it.each([
    "import { a } from './some/path of several words.ts/x.ts'",
    "const key = 'event-store'",
    "const sql = 'PK = :pk AND begins_with(SK, :sk)'",
    "const find = 'if (parked) return parked.error'",
    "const code = 'export const handler = async () => undefined'",
  ])('do not include paths, keys and code: %s', (text) => {
    expect(messages(text)).toEqual([])
  })

  it('do not include strings of tests', () => {
    expect(messages("it('keeps the order of its items', run)", 'test/a.test.ts')).toEqual([])
  })
})
