import type { Sources } from './imports.ts'
import { withoutFences } from './paths.ts'
import { type Finding, lineNumbers, type Repository } from './repository.ts'
import type { Prose } from './source.ts'

/** A phrase that a native reader stumbles over, and what to write instead. */
interface Phrase {
  readonly name: string
  readonly pattern: RegExp
  readonly instead: string
}

/** Phrases that are rejected wherever they occur in prose. Extend the list as readers find more. */
const phrases: readonly Phrase[] = [
  { name: 'anew', pattern: /\banew\b/gi, instead: 'again' },
  {
    name: 'goes on',
    pattern: /\b(goes|go|went)\s+on\b(?!\s+(sale|top)\b)/gi,
    instead: 'continues, or resumes',
  },
  { name: 'of old', pattern: /\bof\s+old\b(?!\s+\w)/gi, instead: 'earlier, or cached' },
  { name: 'lies in', pattern: /\b(lies|lie)\s+in\b/gi, instead: 'is in, or is stored in' },
  {
    name: 'stands in',
    pattern: /\b(stands|stand)\s+in\b(?!\s+for\b)/gi,
    instead: 'is in, or is declared in',
  },
  { name: 'comes to be', pattern: /\b(comes|come|came)\s+to\s+be\b/gi, instead: 'becomes, or is created' },
  { name: 'for good', pattern: /\bfor\s+good\b(?!\s+(measure|reasons?)\b)/gi, instead: 'permanently' },
  {
    name: 'takes over what',
    pattern: /\b(takes|take|took)\s+over\s+what\b/gi,
    instead: 'reloads, or applies',
  },
]

const amount: Phrase = {
  name: 'so many',
  pattern: /^\s*so\s+(many|long|much)\b/gi,
  instead: '"Maximum …" or "How long …"',
}

const clause: Phrase = {
  name: 'a clause as subject',
  pattern: /^(who|what)\s+\S/gi,
  instead: 'a named subject instead of "Who …" or "What …"',
}

export interface Hit {
  readonly phrase: string
  readonly offset: number
  readonly instead: string
}

/** Finds the phrases in a text of prose. Code in backticks is not prose. */
export function phraseHits(prose: string): Hit[] {
  const text = prose.replace(/`[^`]*`/g, (code) => `\`${' '.repeat(code.length - 2)}\``)
  const found = phrases.flatMap((phrase) => hits(phrase, text, 0))
  const clauses = sentences(text).flatMap(({ sentence, offset }) =>
    sentence.trimEnd().endsWith('?') ? [] : hits(clause, sentence, offset),
  )
  return [...found, ...clauses].sort((a, b) => a.offset - b.offset)
}

/** Finds the phrases in a comment or a string of code. */
export function proseHits({ kind, text, beside }: Pick<Prose, 'kind' | 'text' | 'beside'>): Hit[] {
  // A word alone is an identifier, and so is a word that starts a path or a key.
  if (kind === 'string' && !/\S\s+\S/.test(text)) return []
  const constant = kind === 'comment' && describesConstant(beside)
  return [...phraseHits(text), ...(constant ? hits(amount, text, 0) : [])]
}

function describesConstant(code: string): boolean {
  return /^(export )?(const|let|readonly|static)\b|^(readonly )?['"]?[\w-]+['"]?\??:/.test(code)
}

function hits({ name, pattern, instead }: Phrase, text: string, start: number): Hit[] {
  return [...text.matchAll(pattern)].map(({ index }) => ({ phrase: name, offset: start + index, instead }))
}

/** Splits prose into sentences, list items, headings and cells of a table. */
function sentences(text: string): { sentence: string; offset: number }[] {
  const found: { sentence: string; offset: number }[] = []
  // A blank line, a list item, a heading, a row or a cell begins a new block; so does a tag of a doc comment.
  const blocks = text.matchAll(/(?:(?!\n[ \t]*(?:\n|[-*#|>]|\d+\.[ \t]|@))[^|])+/g)
  for (const { 0: block, index: start } of blocks)
    for (const { 0: sentence, index } of block.matchAll(/.+?(?:[.!?](?=["')\]*_]*\s+["'(*_]*\p{Lu})|$)/gsu)) {
      const lead = /^[\s.!?"'()*_\]#>-]*(?:\d+\.\s+)?/.exec(sentence)?.[0].length ?? 0
      found.push({ sentence: sentence.slice(lead), offset: start + index + lead })
    }
  return found
}

/** Finds the phrases in the comments and strings of code and in Markdown outside blocks of code. */
export function phraseFindings(
  sources: Sources,
  repository: Repository,
  exempt: readonly string[],
): Finding[] {
  const fromCode = [...sources.values()].flatMap(({ file, prose }) =>
    prose.flatMap((part) =>
      proseHits(part).map((hit) => finding(file, part.line + lineNumbers(part.text)(hit.offset) - 1, hit)),
    ),
  )
  const fromDocuments = repository.files
    .filter((file) => file.endsWith('.md'))
    .flatMap((file) => {
      const text = withoutFences(repository.read(file))
      return phraseHits(text).map((hit) => finding(file, lineNumbers(text)(hit.offset), hit))
    })
  return [...fromCode, ...fromDocuments].filter(({ file }) => !exempt.includes(file))
}

function finding(file: string, line: number, { phrase, instead }: Hit): Finding {
  return { file, line, rule: 'phrase', subject: phrase, advice: `"${phrase}": write ${instead}` }
}
