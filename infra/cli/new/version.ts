import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Change, editsOf, type FileEdit } from './change.ts'
import { canChoose, chooseVersion, chosenBy } from './edit/chosen-version.ts'
import { addElementAfter } from './edit/lists.ts'
import { type ReadModel, readModelsIn, readSource } from './edit/repository.ts'
import { descendants, type Edit, edited, functionNamed, propertyOf } from './edit/source.ts'
import { addCase, addDeclarationBefore, addImport, addNamespaceImport } from './edit/statements.ts'
import { spell } from './names.ts'
import { nameOf } from './syntax.ts'
import { versionTestOf } from './templates/version.ts'

export interface NewVersion extends Change {
  readonly from: ReadModel
  readonly to: ReadModel
  /** Whether the queries choose the version that is live. If not, somebody has to change them. */
  readonly chosen: boolean
}

/** Copies the newest version of a read model to a folder of its own, and registers the copy beside it. */
export function newVersion(root: string, name: string): NewVersion {
  const models = readModelsIn(root)
  const from = models.findLast((model) => model.name === name)
  if (from === undefined) {
    const names = [...new Set(models.map((model) => model.name))]
    throw new Error(`there is no read model "${name}"; the read models are ${names.join(', ')}.`)
  }
  const version = from.version + 1
  const constant = `${from.constant.slice(0, from.constant.lastIndexOf('V'))}V${version}`
  const to = { ...from, version, constant }
  const choice = choiceEdits(root, from, to)
  const feature = from.folder.slice('projections/'.length)
  return {
    from,
    to,
    chosen: choice !== undefined,
    files: {
      ...copyOf(root, from, to),
      [`test/projections/${feature}/v${version}.test.ts`]: versionTestOf(to),
    },
    edits: [
      ...editsOf(
        'projections/versions.ts',
        addElementAfter('versions', from.constant, `versionOf(${constant})`),
        addImport([constant], `./${feature}/v${version}/projection.ts`),
      ),
      ...(choice ?? []),
    ],
  }
}

function copyOf(root: string, from: ReadModel, to: ReadModel): Record<string, string> {
  const files = readdirSync(join(root, `${from.folder}/v${from.version}`)).filter((file) =>
    file.endsWith('.ts'),
  )
  return Object.fromEntries(
    files.map((file) => {
      const path = `${from.folder}/v${from.version}/${file}`
      const copy = edited(path, readSource(root, path).text, renamed(from, to))
      return [`${to.folder}/v${to.version}/${file}`, copy]
    }),
  )
}

/** Gives the constant of a version its new name, and the new number. */
function renamed(from: ReadModel, to: ReadModel): Edit {
  return ({ program }) =>
    descendants(program).flatMap((node) => {
      if (nameOf(node) === from.constant)
        return [{ at: node.start, end: node.start + from.constant.length, text: to.constant }]
      const number =
        propertyOf(node, 'name')?.['value'] === from.name ? propertyOf(node, 'version') : undefined
      return number === undefined ? [] : [{ at: number.start, end: number.end, text: `${to.version}` }]
    })
}

/** The edits by which the queries choose the version that is live; undefined if their form does not allow that. */
function choiceEdits(root: string, from: ReadModel, to: ReadModel): FileEdit[] | undefined {
  const file = `${from.folder}/queries.ts`
  const source = readSource(root, file)
  const addNewest = addNamespaceImport(`v${to.version}`, `./v${to.version}/queries.ts`)
  if (functionNamed(source, 'versionOf') !== undefined)
    return editsOf(
      file,
      addCase('versionOf', chosenBy, `case ${to.version}: return v${to.version}`),
      addNewest,
    )
  if (!canChoose(source, from.version)) return undefined
  const feature = spell(from.folder.slice('projections/'.length)).camel
  return editsOf(
    file,
    addDeclarationBefore(
      `${feature}Queries`,
      `/** The queries of the version that is live. */
      function versionOf(context: QueryContext) {
        switch (${chosenBy}) {
          case ${to.version}: return v${to.version}
          default: return v${from.version}
        }
      }`,
    ),
    chooseVersion(from.version),
    addNewest,
  )
}
