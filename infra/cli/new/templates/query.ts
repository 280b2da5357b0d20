import { type Spelling, withArticle } from '../names.ts'

/** A query and the names in its feature that it uses. */
export interface NewQuery {
  readonly feature: Spelling
  readonly name: Spelling
  readonly path: string
  /** The fields of the item that it answers besides those that every item has; undefined for all of them. */
  readonly fields: readonly string[] | undefined
  /** The constant with the schema of the aggregate's item. */
  readonly item: string
  /** The versions of the read model. */
  readonly versions: readonly number[]
}

export const readOf = ({
  feature: { camel, pascal, words },
  name,
  path,
  fields,
}: NewQuery) => `/** The ${name.words} of one ${words}, for those who may read it. Throws \`not-found\` for everyone else. */
export async function read${pascal}${name.pascal}(
  rows: RowStore,
  generation: string,
  userId: string,
  ${camel}Id: string,
): Promise<{ item: ItemOf<typeof ${camel}Contract, '${path}'>; cost: Cost }> {
  ${fields === undefined ? `return read${pascal}(rows, generation, userId, ${camel}Id)` : pickedOf(pascal, camel, fields)}
}`

function pickedOf(pascal: string, camel: string, fields: readonly string[]): string {
  const names = ['id', 'version', ...fields, 'createdAt', 'updatedAt'].join(', ')
  return `const { item, cost } = await read${pascal}(rows, generation, userId, ${camel}Id)
  const { ${names} } = item
  return { item: { ${names} }, cost }`
}

interface QueryTest extends NewQuery {
  /** The body of a creation, as source text. */
  readonly body: string
}

export const queryTestOf = ({
  feature: { kebab, camel, words },
  path,
  fields,
  body,
}: QueryTest) => `import { describe, expect, it } from 'vitest'
import { backend } from '../../kit/memory/backend.ts'

/** A backend in which ann owns ${withArticle(words)}; bob is a stranger to it. */
async function setUp() {
  const { confirm, command, query } = backend()
  for (const id of ['ann', 'bob']) await confirm(id)
  const { body } = await command('ann', 'create-${kebab}', ${body})
  const id = \`\${body['id']}\`
  return { query, id, path: \`${path.replace(`{${camel}Id}`, '$' + '{id}')}\`, position: body['position'] }
}

describe('${path}', () => {
  it('is answered to the owner as soon as the command has succeeded', async () => {
    const { query, id, path, position } = await setUp()
    expect(await query('ann', path, position)).toMatchObject({ status: 200, body: { id, version: 1 } })
  })

  ${contentTestOf(path, fields)}

  it('is unknown to a stranger', async () => {
    const { query, path, position } = await setUp()
    expect(await query('bob', path, position)).toMatchObject({ status: 404 })
  })
})
`

function contentTestOf(path: string, fields: readonly string[] | undefined): string {
  if (fields === undefined)
    return `it('contains all that is known of the item', async () => {
    const { query, path, position } = await setUp()
    const { body } = await query('ann', path, position)
    expect(body).toEqual((await query('ann', path.slice(0, path.lastIndexOf('/')), position)).body)
  })`
  const all = ['id', 'version', ...fields, 'createdAt', 'updatedAt'].map((field) => `'${field}'`)
  return `it('contains the fields of ${path}', async () => {
    const { query, path, position } = await setUp()
    const { body } = await query('ann', path, position)
    expect(Object.keys(body).toSorted()).toEqual([${all.toSorted().join(', ')}])
  })`
}
