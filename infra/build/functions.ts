import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** Folder of the repository. */
export const root = join(import.meta.dirname, '../..')

/** Each `.ts` file in these folders is the handler's module of one function, which has the name of the file. */
const folders = ['commands/functions', 'projections/functions', 'workflows/functions'] as const

/** A function as its source declares it. */
export interface FunctionSource {
  readonly name: string
  /** The handler's module, from the root of the repository. */
  readonly entry: string
  /**
   * Modules that contain machine code, which cannot be bundled and are copied beside the bundle. They are listed as
   * JSON in a file beside the entry. That file has the name of the entry and the ending `.native.json`.
   */
  readonly native: readonly string[]
}

/** All functions. Throws an Error if two have the same name. */
export function functionSources(): readonly FunctionSource[] {
  const sources = folders.flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((file) => file.endsWith('.ts'))
      .toSorted()
      .map((file) => sourceIn(folder, file.slice(0, -'.ts'.length))),
  )
  for (const [index, { name, entry }] of sources.entries()) {
    const other = sources.slice(0, index).find((source) => source.name === name)
    if (other !== undefined)
      throw new Error(`${other.entry} and ${entry} are two functions with the same name.`)
  }
  return sources
}

function sourceIn(folder: string, name: string): FunctionSource {
  const list = join(root, folder, `${name}.native.json`)
  return {
    name,
    entry: `${folder}/${name}.ts`,
    // A list of names of modules, which this repository contains.
    native: existsSync(list) ? (JSON.parse(readFileSync(list, 'utf8')) as string[]) : [],
  }
}
