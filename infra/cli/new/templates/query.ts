import { type Spelling, withArticle } from '../names.ts'

/** A query and the names in its feature that it uses. */
export interface NewQuery {
  readonly feature: Spelling
  readonly name: Spelling
  readonly path: string
  /** The versions of the read model. */
  readonly versions: readonly number[]
}

export const readOf = ({
  feature: { camel, pascal, words },
  name,
  path,
}: NewQuery) => `/** The ${name.words} of one ${words}, for those who may read it. Throws \`not-found\` for everyone else. */
export async function read${pascal}${name.pascal}(
  rows: RowStore,
  generation: string,
  userId: string,
  ${camel}Id: string,
): Promise<{ item: ItemOf<typeof ${camel}Contract, '${path}'>; cost: Cost }> {
  const { item, cost } = await read${pascal}(rows, generation, userId, ${camel}Id)
  const { id, version, createdAt, updatedAt } = item
  return { item: { id, version, createdAt, updatedAt }, cost }
}`

export const queryTestOf = ({
  feature: { kebab, camel, words },
  path,
  body,
}: NewQuery & { readonly body: readonly string[] }) => `import { describe, expect, it } from 'vitest'
import { backend } from '../../kit/memory/backend.ts'

/** A backend in which ann owns ${withArticle(words)}; bob is a stranger to it. */
async function setUp() {
  const { confirm, command, query } = backend()
  for (const id of ['ann', 'bob']) await confirm(id)
  const { body } = await command('ann', 'create-${kebab}', { ${body.map((field) => `${field}: 'Atlas'`).join(', ')} })
  const id = \`\${body['id']}\`
  return { query, id, path: \`${path.replace(`{${camel}Id}`, `\${id}`)}\`, position: body['position'] }
}

describe('${path}', () => {
  it('is answered to the owner as soon as the command has succeeded', async () => {
    const { query, id, path, position } = await setUp()
    expect(await query('ann', path, position)).toMatchObject({ status: 200, body: { id, version: 1 } })
  })

  it('is unknown to a stranger', async () => {
    const { query, path, position } = await setUp()
    expect(await query('bob', path, position)).toMatchObject({ status: 404 })
  })
})
`
