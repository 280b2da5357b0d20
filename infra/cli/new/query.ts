import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Change, editsOf } from './change.ts'
import { addElement } from './edit/lists.ts'
import { bodyOf, checkAggregate, contractKeysIn, readModelsIn, readSource } from './edit/repository.ts'
import { constantNamed, functionNamed, unexpected } from './edit/source.ts'
import { addDeclaration, addDeclarationBefore, addImport } from './edit/statements.ts'
import { checkKebab, type Spelling, spell, withArticle } from './names.ts'
import { type NewQuery, queryTestOf, readOf } from './templates/query.ts'

/** Adds a query about one stream of an aggregate, `/price-lists/{priceListId}/NAME`, for those who may read it. */
export function newQuery(root: string, aggregate: string, name: string): Change {
  checkAggregate(root, aggregate)
  checkKebab(name, 'summary')
  const query = queryOf(root, spell(aggregate), name)
  if (contractKeysIn(root, 'queries').includes(query.path))
    throw new Error(`the query ${query.path} already exists: choose another name.`)
  const { camel, kebab } = query.feature
  const schema = `${camel}${query.name.pascal}`
  return {
    files: {
      [`test/projections/${kebab}/${name}.test.ts`]: queryTestOf({
        ...query,
        body: bodyOf(root, kebab, `create-${kebab}`),
      }),
    },
    edits: [
      ...editsOf(
        `commands/${kebab}/contract.ts`,
        addDeclarationBefore(`${camel}Contract`, `const ${schema} = z.strictObject({ ...itemFields })`),
        addElement(
          `${camel}Contract.queries`,
          `'${query.path}': { summary: 'The ${query.name.words} of ${withArticle(query.feature.words)}', kind: 'one', item: ${schema} }`,
        ),
        addImport(['itemFields'], '../http/contract-fields.ts'),
      ),
      ...query.versions.flatMap((version) =>
        editsOf(
          `projections/${kebab}/v${version}/queries.ts`,
          addDeclaration(readOf(query)),
          addImport(['type ItemOf'], '../../../commands/http/contract-types.ts'),
          addImport([`type ${camel}Contract`], `../../../commands/${kebab}/contract.ts`),
          addImport(['type Cost'], '../../../domain/kernel/cost.ts'),
          addImport(['type RowStore'], '../../engine/row-store.ts'),
        ),
      ),
      ...handlerEdits(root, query),
    ],
  }
}

/** Throws an Error that names the file if the feature does not have the form of a generated one. */
function queryOf(root: string, feature: Spelling, name: string): NewQuery {
  const { camel, pascal, kebab } = feature
  const base = contractKeysIn(root, 'queries').find(
    (path) => path.endsWith(`/{${camel}Id}`) && path.split('/').length === 3,
  )
  if (base === undefined)
    throw unexpected({ file: `commands/${kebab}/contract.ts` }, `query that ends with /{${camel}Id}`)
  const versions = readModelsIn(root)
    .filter(({ folder }) => folder === `projections/${kebab}`)
    .map(({ version }) => version)
  for (const version of versions) {
    const queries = readSource(root, `projections/${kebab}/v${version}/queries.ts`)
    if (functionNamed(queries, `read${pascal}`) === undefined)
      throw unexpected(queries, `function read${pascal}`)
  }
  const handlers = readSource(root, `projections/${kebab}/queries.ts`)
  for (const constant of ['projection', 'generationOf', `${camel}IdOf`, `${camel}Queries`])
    if (constantNamed(handlers, constant) === undefined) throw unexpected(handlers, `constant ${constant}`)
  const test = `test/projections/${kebab}/${name}.test.ts`
  if (existsSync(join(root, test)))
    throw new Error(`${test} already exists: remove it, or choose another name.`)
  return { feature, name: spell(name), path: `${base}/${name}`, versions }
}

function handlerEdits(root: string, { feature, name, path, versions }: NewQuery) {
  const { camel, pascal, kebab } = feature
  const file = `projections/${kebab}/queries.ts`
  const read = `read${pascal}${name.pascal}`
  // The queries of several versions are chosen by the version that is live.
  const chooses = functionNamed(readSource(root, file), 'versionOf') !== undefined
  const [version] = versions
  return editsOf(
    file,
    addElement(
      `${camel}Queries`,
      `'${path}': {
        projection,
        dependsOn: (context, { stream }) => stream === streamName('${camel}', ${camel}IdOf(context)),
        read: (context) =>
          ${chooses ? 'versionOf(context).' : ''}${read}(context.rows, generationOf(context), context.userId, ${camel}IdOf(context)),
      }`,
    ),
    addImport(['streamName'], '../../domain/kernel/stream.ts'),
    ...(chooses ? [] : [addImport([read], `./v${version}/queries.ts`)]),
  )
}
