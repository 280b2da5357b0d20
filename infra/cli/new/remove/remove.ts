import { existsSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { format } from '../change.ts'
import { spell } from '../names.ts'
import { planRemoval, type Removal } from './plan.ts'

export interface RemoveOptions {
  /** Whether stored events of the features may become unreadable. */
  readonly force: boolean
  /** The number of events in the data folder, by category. */
  readonly stored: () => Promise<ReadonlyMap<string, number>>
}

/**
 * Removes features from every layer, list, test and document below `root`, or changes nothing. Throws an Error that advises
 * the user if another feature needs one of them, or if the data folder contains events of one and `force` is not set.
 */
export async function removeFeatures(
  root: string,
  names: readonly string[],
  { force, stored }: RemoveOptions,
): Promise<Removal> {
  const { deleted, changed } = planRemoval(root, names)
  if (!force) refuseUnreadable(names, await stored())
  const formatted = await Promise.all(
    Object.entries(changed).map(async ([file, after]) => [file, await textOf(file, after, root)] as const),
  )
  write(root, { deleted, changed: Object.fromEntries(formatted) })
  return { deleted, changed: Object.fromEntries(formatted) }
}

function refuseUnreadable(names: readonly string[], stored: ReadonlyMap<string, number>): void {
  const lost = names.flatMap((name) => {
    const events = stored.get(spell(name).camel) ?? 0
    return events === 0 ? [] : [`${events} of ${name}`]
  })
  if (lost.length === 0) return
  throw new Error(
    `the data folder contains events that could no longer be read: ${lost.join(', ')}. ` +
      'Copy the folder to keep them, or add --force.',
  )
}

/** Formats sources only. Documents keep their format. */
function textOf(file: string, after: string, root: string): Promise<string> | string {
  return file.endsWith('.ts') ? format({ file, after }, root) : after
}

/** Writes all changes, or restores the files that it has written. */
function write(root: string, { deleted, changed }: Removal): void {
  const touched = [...deleted, ...Object.keys(changed)]
  const before = new Map(touched.map((file) => [file, readFileSync(join(root, file))]))
  try {
    for (const [file, after] of Object.entries(changed)) writeFileSync(join(root, file), after)
    for (const file of deleted) rmSync(join(root, file))
  } catch (error) {
    for (const [file, content] of before) writeFileSync(join(root, file), content)
    throw error
  }
  for (const file of deleted) removeEmptyFolders(root, dirname(file))
}

function removeEmptyFolders(root: string, folder: string): void {
  const path = join(root, folder)
  if (folder === '.' || !existsSync(path) || readdirSync(path).length > 0) return
  rmdirSync(path)
  removeEmptyFolders(root, dirname(folder))
}
