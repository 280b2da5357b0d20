import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import { commands, contract, queries } from '../../../commands/contract.ts'
import { encodeCursor } from '../../../commands/http/cursor.ts'
import { openApi } from '../../../commands/http/openapi/document.ts'
import { encodePosition } from '../../../commands/http/position.ts'
import { notUtf8, untrustedText } from '../../kit/arbitraries/untrusted-text.ts'
import { backend } from '../../kit/memory/backend.ts'
import type { Answer } from '../../kit/memory/requests.ts'

const names = Object.keys(commands) as (keyof typeof commands)[] // Object.keys loses the type of the keys.
const json = { 'content-type': 'application/json' }

/** A backend with a project of Ann's. */
async function withProject() {
  const side = backend()
  side.signUp('ann')
  side.groups.set('ann', ['admin'])
  const { body } = await side.command('ann', 'create-project', { title: 'Atlas' })
  return { ...side, projectId: String(body['id']) }
}

const document = openApi('http://127.0.0.1:3000', contract)

/** The example of each command's body, for this project. */
function bodyOf(name: string, projectId: string): Record<string, unknown> {
  const { requestBody } = Object(document.paths[`/commands/${name}`]?.['post'])
  const { example } = requestBody.content['application/json']
  return { ...example, ...('projectId' in example && { projectId }) }
}

const fields = names.flatMap((name) => {
  const { properties = {} } = z.toJSONSchema(commands[name].body, { io: 'input' })
  return [...Object.keys(properties), 'unknown'].map((field) => ({ name, field }))
})

/** Every answer has a status that the OpenAPI document lists, and none is an internal error. */
function expectDocumented(path: string, { status }: Answer): void {
  const [operation] = Object.values(document.paths[path] ?? {})
  expect(Object.keys(Object(operation?.['responses']))).toContain(String(status))
}

function expectNoFault({ status, body }: Answer, given: unknown): void {
  if (status >= 500) expect({ status, body, given }).toMatchObject({ status: 503 })
  expect(JSON.stringify(body).length).toBeLessThan(20_000)
}

describe('text of any kind', () => {
  it('in a field of a command is refused or stored as it is, apart from white space at its ends', async () => {
    const side = await withProject()
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...fields), untrustedText, async ({ name, field }, text) => {
        const before = side.table.all().length
        const answer = await side.command('ann', name, { ...bodyOf(name, side.projectId), [field]: text })
        expect(answer.status).toBeLessThan(500)
        expectDocumented(`/commands/${name}`, answer)
        const events = side.table.all().slice(before)
        if (answer.status >= 400) expect(events).toEqual([])
        if (answer.status === 200 && ['title', 'description', 'name', 'fileName'].includes(field)) {
          const stored = JSON.stringify(text.trim()).slice(1, -1)
          const { stream } = answer.body
          const last = side.table.all().findLast(({ pk }) => pk === stream)
          expect(JSON.stringify(JSON.parse(last?.events ?? '')).includes(stored)).toBe(true)
        }
      }),
      { numRuns: 1500 },
    )
  }, 60_000)

  it('in a path, a query parameter or a header is 400, 404 or ignored', async () => {
    const side = await withProject()
    const routes = Object.keys(queries)
    const anywhere = fc.constantFrom(
      'path',
      'query',
      'unknown',
      'idempotency-key',
      'if-match',
      'read-after',
      'content-type',
      'x-correlation-id',
      'if-none-match',
      'content-encoding',
    )
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...routes), anywhere, untrustedText, async (route, place, text) => {
        const parameterNames = [...route.matchAll(/{(\w+)}/g)].map(([, name]) => String(name))
        const parameters = Object.fromEntries(
          parameterNames.map((name) => [name, place === 'path' ? text : side.projectId]),
        )
        const known = ['limit', 'cursor', 'from', 'to']
        const query =
          place === 'query'
            ? Object.fromEntries(known.map((name) => [name, text]))
            : place === 'unknown'
              ? { [text]: text }
              : {}
        const headers = { ...json, ...(place.includes('-') && { [place]: text }) }
        const answer = await side.send('queries', 'ann', 'GET', route, { parameters, query, headers })
        expectNoFault(answer, text)
        expectDocumented(route, answer)
        const body = JSON.stringify({ projectId: side.projectId, title: 'Globe' })
        const named = { name: place === 'path' ? text : 'rename-project' }
        const parts = { parameters: named, query, headers, body }
        expectNoFault(await side.send('commands', 'ann', 'POST', '/commands/{name}', parts), text)
      }),
      { numRuns: 1000 },
    )
  }, 60_000)

  it('inside a cursor or a position is 400, or 503 for a position', async () => {
    const side = await withProject()
    const token = fc.oneof(
      untrustedText.map((text) => encodeCursor({ build: 'projects.v1.1', after: text })),
      untrustedText.map((text) => encodeCursor({ build: text, after: 'x' })),
      untrustedText.map((text) => Buffer.from(text).toString('base64url')),
      fc
        .tuple(fc.constantFrom('project', 'user', 'upload'), untrustedText, fc.nat())
        .map(([aggregate, text, version]) => encodePosition({ stream: `${aggregate}-${text}`, version })),
      fc.constant(encodePosition({ stream: 'project-', version: 1 })),
    )
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('/me/projects', '/me/invoices'), token, async (route, text) => {
        expectNoFault(await side.get('ann', `${route}?cursor=${text}`, {}), text)
        expectNoFault(await side.get('ann', route, { 'read-after': text }), text)
      }),
      { numRuns: 500 },
    )
  }, 60_000)

  it('that is not UTF-8 is 400 in every command, and stores nothing', async () => {
    const side = await withProject()
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...fields),
        notUtf8,
        fc.boolean(),
        async ({ name, field }, bytes, asBytes) => {
          const [before = '', after = ''] = JSON.stringify({
            ...bodyOf(name, side.projectId),
            [field]: '%',
          }).split('%')
          const sent = Buffer.concat([Buffer.from(before), Buffer.from(bytes), Buffer.from(after)])
          const stored = side.table.all().length
          const answer = await side.send('commands', 'ann', 'POST', '/commands/{name}', {
            parameters: { name },
            headers: json,
            body: sent.toString(asBytes ? 'base64' : 'utf8'),
            isBase64Encoded: asBytes,
          })
          expect(answer.status).toBe(400)
          expect(side.table.all()).toHaveLength(stored)
        },
      ),
      { numRuns: 200 },
    )
  })
})
