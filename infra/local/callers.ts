import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { OperationUse } from './gateway/operations.ts'

/** The folders whose code may call an operation, relative to the root of the repository. */
const searched = ['commands', 'projections', 'workflows', 'infra', 'test']
/** The local cloud, whose tables of operations are not calls, and code that only ever calls an account. */
const left = [join('infra', 'local'), join('infra', 'deploy', 'account')]

/** Finds the files that contain the call of an operation. Files of the product come before tests. */
export type FindCallers = (operation: string, use: OperationUse) => readonly string[]

/** Reads the code of the repository and returns a search over it. */
export function readCallers(root = '.'): FindCallers {
  const files = searched.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .map((file) => join(folder, file))
      .filter(
        (file) =>
          /\.tsx?$/.test(file) &&
          !left.some((folder) => file.startsWith(folder)) &&
          !file.includes('node_modules'),
      )
      .sort(),
  )
  const sources = files.map((file) => ({
    file: file.replaceAll('\\', '/'),
    text: readFileSync(join(root, file), 'utf8'),
  }))
  return (operation, { call = `new ${operation}Command(` }) =>
    sources.filter(({ text }) => text.includes(call)).map(({ file }) => file)
}
