import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Change, editsOf } from './change.ts'
import { addElement } from './edit/lists.ts'
import {
  bodyOf,
  checkAggregate,
  contractKeysIn,
  fixtureOf,
  readModelsIn,
  readSource,
} from './edit/repository.ts'
import { constantNamed, functionNamed, keyOf, propertyOf, unexpected, unwrapped } from './edit/source.ts'
import { addDeclaration, addDeclarationBefore, addImport } from './edit/statements.ts'
import { checkKebab, type Spelling, spell, withArticle } from './names.ts'
import { nameOf, nodesIn } from './syntax.ts'
import { type NewQuery, queryTestOf, readOf } from './templates/query.ts'

/**
 * Adds a query about one stream of an aggregate, `/price-lists/{priceListId}/NAME`, for those who may read it. It answers
 * these fields of the aggregate's item, or all of them.
 */
export function newQuery(root: string, aggregate: string, name: string, fields?: readonly string[]): Change {
  checkAggregate(root, aggregate)
  checkKebab(name, 'summary')
  const query = queryOf(root, spell(aggregate), name, fields)
  if (contractKeysIn(root, 'queries').includes(query.path))
    throw new Error(`the query ${query.path} already exists: choose another name.`)
  const { camel, kebab } = query.feature
  const schema = `${camel}${query.name.pascal}`
  return {
    files: {
      [`test/projections/${kebab}/${name}.test.ts`]: queryTestOf({
        ...query,
        body: creationOf(root, query.feature),
      }),
    },
    edits: [
      ...editsOf(
        `commands/${kebab}/contract.ts`,
        addDeclarationBefore(`${camel}Contract`, `const ${schema} = ${schemaOf(query)}`),
        addElement(
          `${camel}Contract.queries`,
          `'${query.path}': { summary: 'The ${query.name.words} of ${withArticle(query.feature.words)}', kind: 'one', item: ${schema} }`,
        ),
        ...(query.fields === undefined ? [] : [addImport(['itemFields'], '../http/contract-fields.ts')]),
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
function queryOf(
  root: string,
  feature: Spelling,
  name: string,
  fields: readonly string[] | undefined,
): NewQuery {
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
  return {
    feature,
    name: spell(name),
    path: `${base}/${name}`,
    fields,
    item: itemIn(root, { feature, fields }, base),
    versions,
  }
}

/**
 * The constant with the schema of the aggregate's item. Throws an Error that lists its fields if a chosen one is unknown.
 */
function itemIn(root: string, query: Pick<NewQuery, 'feature' | 'fields'>, base: string): string {
  const { camel, kebab } = query.feature
  const contract = readSource(root, `commands/${kebab}/contract.ts`)
  const queries = propertyOf(unwrapped(constantNamed(contract, `${camel}Contract`)), 'queries')
  const name = nameOf(propertyOf(propertyOf(queries, base), 'item'))
  const schema = name === undefined ? undefined : unwrapped(constantNamed(contract, name))
  if (name === undefined || schema === undefined)
    throw unexpected(contract, `constant with the item of ${base}`)
  const known = nodesIn(nodesIn(schema['arguments'])[0]?.['properties']).flatMap(
    (field) => keyOf(field) ?? [],
  )
  const unknown = query.fields?.find((field) => !known.includes(field))
  if (unknown !== undefined)
    throw new Error(`the item of ${kebab} has no field "${unknown}"; its fields are ${known.join(', ')}.`)
  return name
}

/** The schema of the answer. */
function schemaOf({ fields, item }: NewQuery): string {
  if (fields === undefined) return `z.strictObject({ ...${item}.shape })`
  const chosen = fields.map((field) => `${field}: ${item}.shape.${field}`)
  return `z.strictObject({ ${['...itemFields', ...chosen].join(', ')} })`
}

/** The body of a creation, as source text. The fixture of the event has most values. */
function creationOf(root: string, { camel, kebab, pascal }: Spelling): string {
  const known = new Map<string, unknown>(Object.entries(fixtureOf(root, camel, `${pascal}Created`) ?? {}))
  const values = bodyOf(root, kebab, `create-${kebab}`).map((field) => [field, known.get(field) ?? 'Atlas'])
  return JSON.stringify(Object.fromEntries(values))
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
