import { type FieldError, Problem } from '../../domain/kernel/problem.ts'
import { idSyntax } from '../../domain/kernel/text.ts'
import { HttpProblem } from './http-problem.ts'

/**
 * The kinds of text that a client sends outside the fields of a body, with one function each. Both APIs use them for
 * every route. The kinds of text in fields are in `domain/kernel/text.ts`. The regular expressions have no flags,
 * because the OpenAPI document contains them unchanged.
 */
export const syntax = {
  id: idSyntax,
  /** Visible ASCII except the comma, because API Gateway joins two headers of the same name with a comma. */
  idempotencyKey: /^[!-+\-.-~]{1,255}$/,
  ifMatch: /^"(0|[1-9][0-9]{0,14})"$/,
  /** A position has at most 144 bytes before its encoding. It consists of an aggregate, an id and a version. */
  positions: /^ *[A-Za-z0-9_-]{1,200}( *, *[A-Za-z0-9_-]{1,200}){0,19} *$/,
  /** A cursor contains a sort key of at most 1,024 bytes, and is longer because of its encoding. */
  cursor: /^[A-Za-z0-9_-]{1,4096}$/,
  limit: /^([1-9][0-9]?|100)$/,
} as const satisfies Readonly<Record<string, RegExp>>

/** The values that a client sent in one part of a request, by name. */
type Values = Readonly<Record<string, string | undefined>>

/**
 * Returns the parameters of a path, which are ids. Throws `not-found` for any other text, because nothing can have such
 * an id.
 */
export function pathParametersOf({ parameters }: { readonly parameters: Values }): Values {
  for (const value of Object.values(parameters))
    if (!syntax.id.test(value ?? '')) throw new Problem('not-found', 'There is nothing at this path.')
  return parameters
}

/**
 * Returns the query parameters. Throws `invalid-input` with the name of every parameter that the route does not have.
 */
export function queryParametersOf({ query }: { readonly query: Values }, known: readonly string[]): Values {
  const unknown = Object.keys(query).filter((name) => !known.includes(name))
  if (unknown.length === 0) return query
  const taken =
    known.length === 0 ? 'This route takes no query parameters' : `The parameters are ${known.join(', ')}`
  throw invalidInput(
    'The query is not valid. See errors.',
    unknown.map((name) => ({ path: pointer([name]), message: `Unknown parameter. ${taken}.` })),
  )
}

/** Returns the value of `Idempotency-Key`; undefined without the header. */
export function idempotencyKeyOf({ headers }: { readonly headers: Values }): string | undefined {
  const key = headers['idempotency-key']
  if (key === undefined || syntax.idempotencyKey.test(key)) return key
  throw new Problem(
    'invalid-input',
    'Send one Idempotency-Key of 1 to 255 visible ASCII characters without a comma.',
  )
}

/** Returns the version in `If-Match: "<version>"`; undefined without the header. */
export function ifMatchOf({ headers }: { readonly headers: Values }): number | undefined {
  const header = headers['if-match']
  if (header === undefined) return undefined
  const version = syntax.ifMatch.exec(header)?.[1]
  if (version !== undefined) return Number(version)
  throw new Problem(
    'invalid-input',
    'If-Match needs the version of the item in quotes, such as "3". It is the field `version`. ' +
      'It does not accept *, a weak tag, or the ETag of a query, which belongs to a read model.',
  )
}

/** Returns the number of items in a page. */
export function limitOf(given: string | undefined): number {
  if (given === undefined) return 20
  if (syntax.limit.test(given)) return Number(given)
  throw new Problem('invalid-input', 'limit must be a whole number from 1 to 100.', {
    errors: [{ path: '/limit', message: 'Must be a whole number from 1 to 100.' }],
  })
}

const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * Returns the body as text, without a byte order mark. Throws `invalid-input` unless it is UTF-8.
 *
 * API Gateway decodes a body of a text type itself, and replaces every byte that is not UTF-8 with U+FFFD. Two
 * different bodies could therefore become the same. A body in which the gateway may have replaced a byte is rejected.
 */
export function utf8BodyOf(body: string, isBase64Encoded: boolean): string {
  if (isBase64Encoded) {
    try {
      return utf8.decode(Buffer.from(body, 'base64'))
    } catch {
      throw notUtf8('The body is not UTF-8.')
    }
  }
  if (body.includes('\ufffd'))
    throw notUtf8('The body is not UTF-8. If you want to send the character U+FFFD, write it as \\ufffd.')
  return body.startsWith('\ufeff') ? body.slice(1) : body
}

function notUtf8(detail: string): Problem {
  return new Problem('invalid-input', detail, { errors: [{ path: '', message: 'Not UTF-8.' }] })
}

/** Throws `unsupported-media-type` unless the headers announce JSON in UTF-8 without a content encoding. */
export function checkMediaType({ headers }: { readonly headers: Values }): void {
  const [type = '', ...parameters] = (headers['content-type'] ?? '').toLowerCase().split(';')
  const charset = parameters.map((parameter) => parameter.trim()).find((one) => one.startsWith('charset='))
  if (type.trim() !== 'application/json' || !(charset === undefined || utf8Charset.test(charset)))
    throw new HttpProblem(
      'unsupported-media-type',
      'Send JSON in UTF-8, with the header Content-Type: application/json.',
    )
  const encoding = headers['content-encoding']?.trim().toLowerCase() ?? ''
  if (encoding !== '' && encoding !== 'identity')
    throw new HttpProblem('unsupported-media-type', 'Send the body without a Content-Encoding.')
}

const utf8Charset = /^charset="?utf-?8"?$/

/** Maximum number of errors in an answer. */
export const maxErrors = 20
/** Maximum length of a path in an error, in characters. */
const maxPathLength = 200

/** Makes an `invalid-input` with the first errors. Its detail reports how many are left out. */
export function invalidInput(detail: string, errors: readonly FieldError[]): Problem {
  const left = errors.length - maxErrors
  return new Problem('invalid-input', left > 0 ? `${detail} ${left} more errors are not listed.` : detail, {
    errors: errors.slice(0, maxErrors).map(({ path, message }) => ({ path: shortened(path), message })),
  })
}

function shortened(path: string): string {
  const characters = Array.from(path.slice(0, 2 * maxPathLength).toWellFormed())
  return characters.length > maxPathLength
    ? `${characters.slice(0, maxPathLength).join('')}…`
    : characters.join('')
}

/** Makes a JSON Pointer (RFC 6901). */
export function pointer(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}
