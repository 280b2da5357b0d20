import { describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import {
  checkMediaType,
  idempotencyKeyOf,
  ifMatchOf,
  limitOf,
  pathParametersOf,
  queryParametersOf,
  utf8BodyOf,
} from '../../../commands/http/client-text.ts'
import { encodeCursor, parseCursor } from '../../../commands/http/cursor.ts'
import { validate } from '../../../commands/http/validate.ts'
import { Problem } from '../../../domain/kernel/problem.ts'

const refused = (code: string) => expect.objectContaining({ code })

describe('a path parameter', () => {
  it('that cannot be an id names nothing', () => {
    expect(pathParametersOf({ parameters: { id: 'ann' } })).toEqual({ id: 'ann' })
    for (const id of ['', 'x'.repeat(2100), '\ud83d', 'a/b', 'a b', undefined])
      expect(() => pathParametersOf({ parameters: { id } })).toThrow(refused('not-found'))
  })
})

describe('a query parameter', () => {
  it('that the route does not have is named in the error', () => {
    expect(queryParametersOf({ query: { limit: '3' } }, ['limit', 'cursor'])).toEqual({ limit: '3' })
    const act = () => queryParametersOf({ query: { limit: '3', sort: 'desc', 'a/b': '' } }, ['limit'])
    expect(act).toThrow(
      expect.objectContaining({
        errors: [
          { path: '/sort', message: 'Unknown parameter. The parameters are limit.' },
          { path: '/a~1b', message: 'Unknown parameter. The parameters are limit.' },
        ],
      }),
    )
  })

  it.each(['0', '101', '1,2', '01', '1.0', '-1', ' 1', '١', ''])('is no limit if it is %j', (given) => {
    expect(() => limitOf(given)).toThrow(refused('invalid-input'))
  })
})

describe('a header', () => {
  it.each(['a,b', 'a, b'])('Idempotency-Key that came twice is refused (%s)', (key) => {
    expect(() => idempotencyKeyOf({ headers: { 'idempotency-key': key } })).toThrow(refused('invalid-input'))
  })

  it.each([
    '"projects.v1.1.3"',
    'W/"3"',
    '*',
    '"3","3"',
    '3',
  ])('If-Match of %s gets an error with the accepted format', (header) => {
    expect(() => ifMatchOf({ headers: { 'if-match': header } })).toThrow(
      /such as "3"\. It is the field `version`/,
    )
  })

  it.each([
    'application/json; charset=iso-8859-1',
    'application/json;charset=utf-16',
    'application/json,application/json',
    'application/json; charset=utf-8,application/json',
  ])('Content-Type of %s is refused', (type) => {
    expect(() => checkMediaType({ headers: { 'content-type': type } })).toThrow(
      refused('unsupported-media-type'),
    )
  })

  it.each([
    'application/json; charset="UTF-8"',
    'application/json ; charset=utf8; x=y',
  ])('Content-Type of %s is accepted', (type) => {
    checkMediaType({ headers: { 'content-type': type, 'content-encoding': 'identity' } })
  })

  it.each(['gzip', 'br', 'identity, gzip'])('Content-Encoding of %s is refused', (encoding) => {
    const headers = { 'content-type': 'application/json', 'content-encoding': encoding }
    expect(() => checkMediaType({ headers })).toThrow(refused('unsupported-media-type'))
  })
})

describe('a body', () => {
  const base64 = (...bytes: number[]) => Buffer.from(bytes).toString('base64')

  it('is read without its byte order mark', () => {
    expect(utf8BodyOf(base64(0xef, 0xbb, 0xbf, 0x7b, 0x7d), true)).toBe('{}')
    expect(utf8BodyOf('\ufeff{}', false)).toBe('{}')
  })

  it.each([
    [[0xff]],
    [[0xc3, 0x28]],
    [[0xed, 0xa0, 0x80]],
    [[0xf0, 0x9f, 0x92]],
  ])('of the bytes %j is not UTF-8', (bytes) => {
    expect(() => utf8BodyOf(base64(...bytes), true)).toThrow(refused('invalid-input'))
    expect(() => utf8BodyOf(Buffer.from(bytes).toString(), false)).toThrow(refused('invalid-input'))
  })
})

describe('a cursor', () => {
  it.each([
    ['over the 1,024 bytes of a sort key', 'é'.repeat(513)],
    ['with half a surrogate pair', 'a\ud83d'],
    ['without a key', ''],
  ])('%s is refused', (_, after) => {
    expect(() => parseCursor(encodeCursor({ build: 'b', after }), () => true)).toThrow(
      refused('invalid-input'),
    )
  })

  it('with characters outside its encoding is refused', () => {
    const cursor = encodeCursor({ build: 'b', after: 'x' })
    expect(() => parseCursor(`${cursor}!`, () => true)).toThrow(refused('invalid-input'))
  })
})

describe('the errors of an answer', () => {
  it('are 20 at most, each with a short path', () => {
    const unknown = Array.from({ length: 5000 }, (_, n) => [`${'~'.repeat(1000)}\ud83d${n}`, 1])
    try {
      validate(z.strictObject({}), Object.fromEntries(unknown), 'body')
      expect.unreachable()
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      expect(error.errors).toHaveLength(20)
      expect(JSON.stringify(error.errors).length).toBeLessThan(10_000)
      expect(error.message).toBe('The body is not valid. See errors. 4980 more errors are not listed.')
    }
  })
})
