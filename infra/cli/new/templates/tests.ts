import type { Names } from '../names.ts'

/** A stored event of every schema, beside the event that the codec reads from it. */
export function fixturesOf({ one }: Names): string {
  const events = [
    {
      type: `${one.pascal}Created`,
      data: { ownerId: '0b7c3f5e-9d0a-4c6e-8a64-0f6f5b1c2d3e', name: 'Atlas' },
    },
    { type: `${one.pascal}Renamed`, data: { name: 'Globe' } },
    { type: `${one.pascal}Archived`, data: {} },
  ]
  const fixtures = events.map(({ type, data }) => ({
    stored: { type, schema: 1, data },
    reads: { type, data },
  }))
  return JSON.stringify(fixtures, undefined, 2)
}

export const arbitrariesOf = ({ one }: Names) => `import fc from 'fast-check'
import type { ${one.pascal}Event } from '../../../domain/${one.kebab}/events.ts'
import type { ${one.pascal}Command } from '../../../domain/${one.kebab}/${one.kebab}.ts'

const actorId = fc.constantFrom('ann', 'bob')
const name = fc.constantFrom('Atlas', 'Globe', 'Maps')

export const command: fc.Arbitrary<${one.pascal}Command> = fc.oneof(
  fc.record({ type: fc.constant('create-${one.kebab}' as const), actorId, name }),
  fc.record({ type: fc.constant('rename-${one.kebab}' as const), actorId, name }),
  fc.record({ type: fc.constant('archive-${one.kebab}' as const), actorId }),
)

/** Any event, even one that the decider would not emit. */
export const event: fc.Arbitrary<${one.pascal}Event> = fc.oneof(
  fc.record({
    type: fc.constant('${one.pascal}Created' as const),
    data: fc.record({ ownerId: actorId, name }),
  }),
  fc.record({ type: fc.constant('${one.pascal}Renamed' as const), data: fc.record({ name }) }),
  fc.record({ type: fc.constant('${one.pascal}Archived' as const), data: fc.constant({}) }),
)
`

export const domainTestOf = ({ one, a }: Names) => `import { describe, it } from 'vitest'
import type { ${one.pascal}Event } from '../../../domain/${one.kebab}/events.ts'
import { ${one.camel} } from '../../../domain/${one.kebab}/${one.kebab}.ts'
import { givenOf } from '../../kit/given.ts'

const given = givenOf(${one.camel})
const owner = { actorId: 'ann' }
const stranger = { actorId: 'bob' }

const created: ${one.pascal}Event = { type: '${one.pascal}Created', data: { ownerId: 'ann', name: 'Atlas' } }
const renamed: ${one.pascal}Event = { type: '${one.pascal}Renamed', data: { name: 'Globe' } }
const archived: ${one.pascal}Event = { type: '${one.pascal}Archived', data: {} }

const create = { type: 'create-${one.kebab}', ...owner, name: 'Atlas' } as const
const rename = { type: 'rename-${one.kebab}', ...owner, name: 'Globe' } as const
const archive = { type: 'archive-${one.kebab}', ...owner } as const

describe('${a} that does not exist', () => {
  it('is created by its owner', () => {
    given().when(create).then(created)
  })

  it.each([rename, archive])('cannot be changed by $type', (command) => {
    given().when(command).thenRefused('not-found')
  })
})

describe('${a} that is active', () => {
  it('is created twice without a second event', () => {
    given(created).when(create).thenNothing()
  })

  it('is renamed', () => {
    given(created).when(rename).then(renamed)
  })

  it('is renamed to the same name without an event', () => {
    given(created, renamed).when(rename).thenNothing()
  })

  it('is archived', () => {
    given(created).when(archive).then(archived)
  })

  it.each([rename, archive])('does not exist for a stranger who sends $type', (command) => {
    given(created)
      .when({ ...command, ...stranger })
      .thenRefused('not-found')
  })
})

describe('${a} that is archived', () => {
  it('cannot be renamed', () => {
    given(created, archived).when(rename).thenRefused('${one.kebab}-archived')
  })

  it('is archived twice without a second event', () => {
    given(created, archived).when(archive).thenNothing()
  })
})
`

export const apiTestOf = ({ one, many, a }: Names) => `import { describe, expect, it } from 'vitest'
import { backend } from '../../kit/memory/backend.ts'

const problem = (code: string) => ({ type: \`urn:annals:problem:\${code}\` })

/** A backend in which ann owns ${a}; bob is a stranger to it. */
async function setUp() {
  const all = backend()
  for (const id of ['ann', 'bob']) await all.confirm(id)
  const key = { 'idempotency-key': 'first' }
  const create = (name = 'Atlas') => all.command('ann', 'create-${one.kebab}', { name }, key)
  const { body } = await create()
  const ${one.camel}Id = \`\${body['id']}\`
  return { ...all, create, ${one.camel}Id, path: \`/${many.kebab}/\${${one.camel}Id}\`, position: body['position'] }
}

describe('${a}', () => {
  it('is read by its owner as soon as the command has succeeded', async () => {
    const { query, ${one.camel}Id, path, position } = await setUp()
    const created = { id: ${one.camel}Id, version: 1, name: 'Atlas', ownerId: 'ann', archived: false }
    expect(await query('ann', path, position)).toMatchObject({ status: 200, body: created })
  })

  it('is created once under one key', async () => {
    const { create, query, ${one.camel}Id, position } = await setUp()
    expect(await create()).toMatchObject({ status: 200, body: { id: ${one.camel}Id } })
    expect(await create('Globe')).toMatchObject({ status: 409 })
    const { body } = await query('ann', '/me/${many.kebab}', position)
    expect(body['items']).toHaveLength(1)
  })

  it('is renamed and archived', async () => {
    const { command, query, ${one.camel}Id, path } = await setUp()
    await command('ann', 'rename-${one.kebab}', { ${one.camel}Id, name: 'Globe' })
    const { body } = await command('ann', 'archive-${one.kebab}', { ${one.camel}Id })
    expect(await query('ann', path, body['position'])).toMatchObject({
      body: { version: 3, name: 'Globe', archived: true },
    })
  })

  it('cannot be changed once it is archived', async () => {
    const { command, ${one.camel}Id } = await setUp()
    await command('ann', 'archive-${one.kebab}', { ${one.camel}Id })
    expect(await command('ann', 'rename-${one.kebab}', { ${one.camel}Id, name: 'Globe' })).toMatchObject({
      status: 422,
      body: problem('${one.kebab}-archived'),
    })
  })

  it('is listed for its owner, newest first', async () => {
    const { command, query, clock, position } = await setUp()
    await clock.sleep(1000)
    const { body } = await command('ann', 'create-${one.kebab}', { name: 'Globe' })
    expect(await query('ann', '/me/${many.kebab}', position, body['position'])).toMatchObject({
      body: { items: [{ name: 'Globe' }, { name: 'Atlas' }] },
    })
  })

  it('is unknown to a stranger', async () => {
    const { command, query, ${one.camel}Id, path, position } = await setUp()
    expect(await query('bob', path, position)).toMatchObject({ status: 404 })
    expect(await query('bob', '/me/${many.kebab}', position)).toMatchObject({ body: { items: [] } })
    expect(await command('bob', 'archive-${one.kebab}', { ${one.camel}Id })).toMatchObject({ status: 404 })
  })

  it('needs a name', async () => {
    const { command } = await setUp()
    expect(await command('ann', 'create-${one.kebab}', { name: ' ' })).toMatchObject({
      status: 400,
      body: problem('invalid-input'),
    })
  })
})
`
