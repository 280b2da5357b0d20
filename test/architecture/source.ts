import { posix } from 'node:path'
import { parseSync, Visitor } from 'oxc-parser'
import { lineNumbers, type Repository } from './repository.ts'

/** An import, a re-export, an `import()` or a type's `import('…')`. */
export interface Import {
  /** A path from the repository's root for a relative import, otherwise the specifier as written. */
  readonly target: string
  readonly line: number
}

export interface FunctionSize {
  readonly name: string
  readonly line: number
  readonly lines: number
}

/** A comment or a string, as prose to read. */
export interface Prose {
  readonly kind: 'comment' | 'string'
  readonly text: string
  readonly line: number
  /** The code right after a comment, or before it on the same line, which tells what the comment describes. */
  readonly beside: string
}

/** The parts of a source file that the rules look at. */
export interface Source {
  readonly file: string
  readonly imports: readonly Import[]
  readonly functions: readonly FunctionSize[]
  readonly prose: readonly Prose[]
  /** Lines of calls and constructions that read a clock, chance or the process. */
  readonly ambient: readonly { readonly name: string; readonly line: number }[]
}

export const isCode = (file: string) => /\.(ts|mts|mjs|js)$/.test(file) && !file.endsWith('.d.ts')

/** Parses every TypeScript and JavaScript file. A whole repository of some 600 files takes about a second. */
export function readSources(repository: Repository): ReadonlyMap<string, Source> {
  const code = repository.files.filter((file) => isCode(file) || file.endsWith('.d.ts'))
  return new Map(code.map((file) => [file, readSource(file, repository.read(file))]))
}

/** Throws if the text does not parse. */
export function readSource(file: string, text: string): Source {
  const { program, module, comments, errors } = parseSync(file, text)
  if (errors.length > 0) throw new Error(`${file} does not parse: ${errors[0]?.message}`)
  const line = lineNumbers(text)
  const imports: Import[] = []
  const imported = (specifier: string, offset: number) =>
    imports.push({ target: resolveFrom(file, specifier), line: line(offset) })
  for (const { moduleRequest } of module.staticImports) imported(moduleRequest.value, moduleRequest.start)
  for (const { moduleRequest } of module.staticExports.flatMap(({ entries }) => entries))
    if (moduleRequest) imported(moduleRequest.value, moduleRequest.start)

  const prose: Prose[] = comments.map(({ value, start, end }) => ({
    kind: 'comment',
    text: value.replace(/^\s*\*/, '').replace(/\n[ \t]*\*/g, '\n'),
    line: line(start),
    beside: besideComment(text, start, end),
  }))
  const ambient: { name: string; line: number }[] = []
  const names = new Map<number, string>()
  const measured: Span[] = []
  const tests: Span[] = []
  const measure = (node: Span) => measured.push({ start: node.start, end: node.end })
  const name = (span: Span | null | undefined, given: string) => span && names.set(span.start, given)
  new Visitor({
    ImportExpression: ({ source }) => {
      if (source.type === 'Literal') imported(String(source.value), source.start)
      // `import(`./peers/${name}.ts`)` may load any file of the folder.
      if (source.type === 'TemplateLiteral')
        imported(source.quasis.map(({ value }) => value.cooked ?? '').join('*'), source.start)
    },
    TSImportType: ({ source }) => {
      imported(source.value, source.start)
    },
    VariableDeclarator: ({ id, init }) => {
      if (id.type === 'Identifier') name(init, id.name)
    },
    Property: ({ key, value }) => {
      if (key.type === 'Identifier') name(value, key.name)
    },
    MethodDefinition: ({ key, value }) => {
      if (key.type === 'Identifier') name(value, key.name)
    },
    FunctionDeclaration: (node) => {
      name(node, node.id?.name ?? 'the default export')
      measure(node)
    },
    FunctionExpression: measure,
    ArrowFunctionExpression: measure,
    CallExpression: (node) => {
      const called = text.slice(node.callee.start, node.callee.end)
      if (/^(describe|it|test)\b/.test(called)) tests.push({ start: node.start, end: node.end })
      if (node.callee.type === 'Identifier' && ambientCalls.has(called))
        ambient.push({ name: called, line: line(node.start) })
    },
    NewExpression: (node) => {
      if (text.slice(node.callee.start, node.callee.end) === 'Date' && node.arguments.length === 0)
        ambient.push({ name: 'new Date()', line: line(node.start) })
    },
    MemberExpression: (node) => {
      const path = text.slice(node.start, node.end)
      if (ambientMembers.test(path)) ambient.push({ name: path, line: line(node.start) })
    },
    Literal: ({ value, start }) => {
      if (typeof value === 'string')
        prose.push({ kind: 'string', text: value, line: line(start), beside: '' })
    },
    TemplateElement: ({ value, start }) => {
      prose.push({ kind: 'string', text: value.cooked ?? value.raw, line: line(start), beside: '' })
    },
    JSXText: ({ value, start }) => {
      prose.push({ kind: 'string', text: value, line: line(start), beside: '' })
    },
  }).visit(program)
  const lines = ({ start, end }: Span) => line(end) - line(start) + 1
  const functions = measured.map((span) => ({
    name: names.get(span.start) ?? 'a function',
    line: line(span.start),
    lines: lines(span) - outermost(tests, span).reduce((sum, test) => sum + lines(test), 0),
  }))
  return { file, imports, functions, prose, ambient }
}

interface Span {
  readonly start: number
  readonly end: number
}

/** The spans within a span that are in none of the others: a suite is as long as it is without its tests. */
function outermost(spans: readonly Span[], within: Span): Span[] {
  const inside = (inner: Span, outer: Span) =>
    inner !== outer && inner.start >= outer.start && inner.end <= outer.end && inner.start > within.start
  const held = spans.filter((span) => inside(span, within))
  return held.filter((span) => !held.some((other) => inside(span, other)))
}

const ambientCalls = new Set(['fetch', 'setTimeout', 'setInterval', 'setImmediate', 'Date'])
const ambientMembers = /^(Date\.now|Math\.random|performance|process|console|crypto)(\.\w+)?$/

function resolveFrom(file: string, specifier: string): string {
  return specifier.startsWith('.') ? posix.join(posix.dirname(file), specifier) : specifier
}

/** The code that a comment describes: the rest of the next line with code, or what stands before it on its line. */
function besideComment(text: string, start: number, end: number): string {
  const before = text.slice(text.lastIndexOf('\n', start - 1) + 1, start).trim()
  if (before !== '') return before
  return text.slice(end).trimStart().split('\n', 1)[0] ?? ''
}
