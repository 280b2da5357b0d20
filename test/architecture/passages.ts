import { parseSync, Visitor } from 'oxc-parser'
import { withoutFences } from './paths.ts'
import { lineNumbers, matcher, type Repository } from './repository.ts'
import { isCode } from './source.ts'

/** A paragraph or a message, with the place where it begins. */
export interface Passage {
  readonly file: string
  readonly line: number
  readonly text: string
}

/** Minimum number of words: shorter passages show nothing about their style. */
const minimumWords = 4

/** The paragraphs of comments and of Markdown outside blocks of code, in the order of files and lines. */
export function paragraphsOf(repository: Repository, files = repository.files): Passage[] {
  return files.flatMap((file) => {
    if (file.endsWith('.md')) return documentParagraphs(file, repository.read(file))
    return isCode(file) ? commentParagraphs(file, repository.read(file)) : []
  })
}

/** Files whose strings are titles of tests and expectations, not messages. */
const isTest = matcher(['**/*.test.ts', 'test/contract/**'])

/** The strings of code outside tests that read as messages, such as errors, log lines and help texts. */
export function messagesOf(repository: Repository, files = repository.files): Passage[] {
  return files
    .filter((file) => isCode(file) && !isTest(file))
    .flatMap((file) => messagesIn(file, repository.read(file)))
}

function documentParagraphs(file: string, text: string): Passage[] {
  const line = lineNumbers(text)
  // A blank line, a list item, a heading and a row of a table each begin a paragraph.
  const blocks = withoutFences(text).matchAll(/(?:(?!\n[ \t]*(?:\n|[-*#|]|\d+\.[ \t]))[\s\S])+/g)
  return [...blocks].flatMap(({ 0: block, index }) => {
    const lead = /^\s*/.exec(block)?.[0].length ?? 0
    if (/^\s*#|^\s*\|[\s|:-]+$/.test(block)) return []
    return passage({ file, line: line(index + lead), text: block })
  })
}

function commentParagraphs(file: string, text: string): Passage[] {
  const line = lineNumbers(text)
  const found: { start: number; end: number; text: string }[] = []
  for (const { type, value, start, end } of parseSync(file, text).comments) {
    const last = found.at(-1)
    // Comments on consecutive lines are one paragraph.
    if (type === 'Line' && last !== undefined && /^\n[ \t]*$/.test(text.slice(last.end, start))) {
      last.text += `\n${value}`
      last.end = end
    } else found.push({ start, end, text: value.replace(/^\*/, '').replace(/\n[ \t]*\*/g, '\n') })
  }
  return found.flatMap((comment) => {
    const paragraphs = comment.text.matchAll(/(?:(?!\n[ \t]*(?:\n|@|-[ \t]))[\s\S])+/g)
    return [...paragraphs].flatMap(({ 0: paragraph, index }) => {
      const before = comment.text.slice(0, index + (/^\s*/.exec(paragraph)?.[0].length ?? 0))
      return passage({ file, line: line(comment.start) + before.split('\n').length - 1, text: paragraph })
    })
  })
}

function messagesIn(file: string, text: string): Passage[] {
  const line = lineNumbers(text)
  const found: { start: number; text: string }[] = []
  new Visitor({
    Literal: ({ value, start }) => {
      if (typeof value === 'string') found.push({ start, text: value })
    },
    TemplateLiteral: ({ quasis, start }) => {
      found.push({ start, text: quasis.map(({ value }) => value.cooked ?? value.raw).join('…') })
    },
  }).visit(parseSync(file, text).program)
  return found
    .sort((a, b) => a.start - b.start)
    .flatMap(({ start, text: whole }) =>
      whole
        .split(/\n\s*\n/)
        .filter(isMessage)
        .flatMap((part) => passage({ file, line: line(start), text: part })),
    )
}

/** Tells a message from code, keys, selectors and templates: it consists of words and their punctuation. */
function isMessage(text: string): boolean {
  const isCodeLike =
    /=>|[!=]==|[{};]\s*$|^\s*(import|export|const|return|if \(|for \()|<\/?\w+>|\) return\b/m.test(text)
  const tokens = text.trim().split(/\s+/)
  const words = tokens.filter((token) => /^[("“'`]*[\p{L}…][\p{L}'’…-]*[)"”'`,.:;?!]*$/u.test(token))
  return !isCodeLike && words.length >= tokens.length * 0.7
}

function passage({ file, line, text }: Passage): Passage[] {
  const joined = text.trim().split(/\s+/).join(' ')
  const words = joined.match(/\p{L}{2,}/gu) ?? []
  return words.length < minimumWords ? [] : [{ file, line, text: joined }]
}
