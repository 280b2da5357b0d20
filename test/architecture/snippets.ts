import { parseSync } from 'oxc-parser'
import { type Finding, lineNumbers, type Repository } from './repository.ts'

/**
 * Snippets of Markdown that are cut out of code. A comment before a block of code names the file, and the region after
 * `#` if only a part is shown:
 *
 * <!-- snippet: test/patterns/booking.ts#holds -->
 *
 * In the file, the region is between the comments `// #region holds` and `// #endregion holds`. `npm run snippets`
 * writes the blocks again.
 */
const marked =
  /^([ \t]*)<!-- snippet: (\S+) -->[ \t]*\n(?:[ \t]*\n)?(?:\1```ts\n([\s\S]*?)^\1```[ \t]*$|[^\n]*)/gm
/** Every block of TypeScript, with the line before it. */
const block = /^([ \t]*)```ts\n([\s\S]*?)^\1```/gm

/**
 * Returns a page in which every marked block equals the current code. Throws an Error that names a marker without code
 * or block.
 */
export function withSnippets(page: string, text: string, repository: Repository): string {
  return text.replace(marked, (_found, indent: string, source: string, body: string | undefined) => {
    const at = `${page}: snippet ${source}`
    if (body === undefined) throw new Error(`${at} has no block of ts after it, with the same indentation`)
    const lines = snippetOf(source, repository, at).map((line) => (line === '' ? '' : indent + line))
    return `${indent}<!-- snippet: ${source} -->\n\n${indent}\`\`\`ts\n${lines.join('\n')}\n${indent}\`\`\``
  })
}

/** The lines of a region or a file, without the marks of regions and without the indentation that all share. */
function snippetOf(source: string, repository: Repository, at: string): string[] {
  const [file = '', region] = source.split('#')
  if (!repository.has(file)) throw new Error(`${at}: there is no such file`)
  const all = repository.read(file).replace(/\n$/, '').split('\n')
  const isMark = (line: string) => /^\s*\/\/ #(end)?region\b/.test(line)
  const lines = region === undefined ? all : linesOf(region, all, at)
  const kept = lines.filter((line) => !isMark(line))
  const indents = kept.filter((line) => line !== '').map((line) => line.length - line.trimStart().length)
  return kept.map((line) => line.slice(Math.min(...indents)))
}

function linesOf(region: string, all: readonly string[], at: string): readonly string[] {
  const isLine = (mark: string) => (line: string) => line.trim() === `// #${mark} ${region}`
  const first = all.findIndex(isLine('region'))
  const last = all.findIndex(isLine('endregion'))
  if (first === -1 || last < first) throw new Error(`${at}: the file has no such region`)
  if (all.filter(isLine('region')).length > 1) throw new Error(`${at}: the file has two such regions`)
  return all.slice(first + 1, last)
}

/** Finds blocks that differ from their code, and blocks without a marker that do not parse as TypeScript. */
export function snippetFindings(repository: Repository): Finding[] {
  return repository.files
    .filter((file) => file.endsWith('.md'))
    .flatMap((file) => {
      const text = repository.read(file)
      return [...staleFindings(file, text, repository), ...brokenFindings(file, text)]
    })
}

function staleFindings(file: string, text: string, repository: Repository): Finding[] {
  const line = lineNumbers(text)
  return [...text.matchAll(marked)].flatMap(({ 0: found, 2: source = '', index }) => {
    const finding = (advice: string) => ({
      file,
      line: line(index),
      rule: 'snippet',
      subject: source,
      advice,
    })
    try {
      const isStale = withSnippets(file, found, repository) !== found
      return isStale ? [finding('differs from its code: npm run snippets')] : []
    } catch (error) {
      return [finding(String(error))]
    }
  })
}

function brokenFindings(file: string, text: string): Finding[] {
  const line = lineNumbers(text)
  return [...text.matchAll(block)]
    .filter(({ 2: code = '' }) => !parses(code))
    .map(({ index }) => ({
      file,
      line: line(index),
      rule: 'snippet',
      subject: 'ts',
      advice: 'does not parse as TypeScript: correct the block, or mark it as text',
    }))
}

/** Whether code is a module, or else the fields of an object, the members of a class or the body of a function. */
function parses(code: string): boolean {
  const around = ['const all = {', 'class All {', 'async function all() {']
  const forms = [code, ...around.map((start) => `${start}\n${code}\n}`)]
  return forms.some((form) => parseSync('snippet.ts', form).errors.length === 0)
}
