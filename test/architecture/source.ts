import { posix } from 'node:path'
import { type ParseResult, parseSync, Visitor } from 'oxc-parser'
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
  /** Lines of calls and constructions that read a clock, random numbers or the process. */
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
  const parsed = { file, text, program, module, comments, line: lineNumbers(text) }
  return {
    file,
    imports: readImports(parsed),
    functions: readFunctions(parsed),
    prose: readProse(parsed),
    ambient: readAmbient(parsed),
  }
}

interface Parsed {
  readonly file: string
  readonly text: string
  readonly program: ParseResult['program']
  readonly module: ParseResult['module']
  readonly comments: ParseResult['comments']
  readonly line: (offset: number) => number
}

function readImports({ file, program, module, line }: Parsed): Import[] {
  const imports: Import[] = []
  const imported = (specifier: string, offset: number) =>
    imports.push({ target: resolveFrom(file, specifier), line: line(offset) })
  for (const { moduleRequest } of module.staticImports) imported(moduleRequest.value, moduleRequest.start)
  for (const { moduleRequest } of module.staticExports.flatMap(({ entries }) => entries))
    if (moduleRequest) imported(moduleRequest.value, moduleRequest.start)
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
  }).visit(program)
  return imports
}

function readFunctions({ text, program, line }: Parsed): FunctionSize[] {
  const names = new Map<number, string>()
  const measured: Span[] = []
  const tests: Span[] = []
  const measure = (node: Span) => measured.push(node)
  const name = (node: Span | null, given: string) => node && names.set(node.start, given)
  new Visitor({
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
      if (/^(describe|it|test)\b/.test(text.slice(node.callee.start, node.callee.end))) tests.push(node)
    },
  }).visit(program)
  const lines = ({ start, end }: Span) => line(end) - line(start) + 1
  return measured.map((node) => ({
    name: names.get(node.start) ?? 'a function',
    line: line(node.start),
    lines: lines(node) - outermost(tests, node).reduce((sum, test) => sum + lines(test), 0),
  }))
}

function readProse({ text, program, comments, line }: Parsed): Prose[] {
  const prose: Prose[] = comments.map(({ value, start, end }) => ({
    kind: 'comment',
    text: value.replace(/^\s*\*/, '').replace(/\n[ \t]*\*/g, '\n'),
    line: line(start),
    beside: besideComment(text, start, end),
  }))
  const string = (text: string, start: number) =>
    prose.push({ kind: 'string', text, line: line(start), beside: '' })
  new Visitor({
    Literal: ({ value, start }) => {
      if (typeof value === 'string') string(value, start)
    },
    TemplateElement: ({ value, start }) => {
      string(value.cooked ?? value.raw, start)
    },
  }).visit(program)
  return prose
}

function readAmbient({ text, program, line }: Parsed): Source['ambient'] {
  const ambient: { name: string; line: number }[] = []
  const used = (name: string, { start }: Span) => ambient.push({ name, line: line(start) })
  new Visitor({
    CallExpression: (node) => {
      if (node.callee.type === 'Identifier' && ambientCalls.has(node.callee.name))
        used(node.callee.name, node)
    },
    NewExpression: (node) => {
      const { callee } = node
      if (callee.type === 'Identifier' && callee.name === 'Date' && node.arguments.length === 0)
        used('new Date()', node)
    },
    MemberExpression: (node) => {
      const path = text.slice(node.start, node.end)
      if (ambientMembers.test(path)) used(path, node)
    },
  }).visit(program)
  return ambient
}

interface Span {
  readonly start: number
  readonly end: number
}

/** The spans directly within a span, without those nested more deeply. The length of a suite excludes its tests. */
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

/**
 * The code that a comment describes: the rest of the next line with code, or the code before the comment on
 * its line.
 */
function besideComment(text: string, start: number, end: number): string {
  const before = text.slice(text.lastIndexOf('\n', start - 1) + 1, start).trim()
  if (before !== '') return before
  return text.slice(end).trimStart().split('\n', 1)[0] ?? ''
}
