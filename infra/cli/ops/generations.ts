import { isDeepStrictEqual } from 'node:util'
import { deadlineIn } from '../../../commands/aws/system-clock.ts'
import type { AnyGeneration } from '../../../projections/generations/any-generation.ts'
import type { GenerationList, ListedGeneration } from '../../../projections/generations/generation-list.ts'
import { moveMs, untilMoved } from '../../../projections/generations/until-moved.ts'
import type { Ports, Stores } from './ports.ts'

type Lists = Pick<Stores, 'lists' | 'code' | 'clock'>

/**
 * Reads the current list of a projection's generations. A list that was never written is derived from the code.
 * Throws an Error of one line if no projection has this name.
 */
export async function readList({ lists, code }: Lists, projection: string): Promise<GenerationList> {
  const read = await lists.read([projection])
  const stored = read.lists.get(projection)
  if (stored !== undefined) return stored
  const { versions } = await code()
  return versions.listOf(projection, read.lists)
}

/**
 * Applies `change` to the current list and returns the changed list. If another process changes the list first,
 * `change` is called again. Throws what `change` throws, and `unavailable` if the attempts take too long. A change
 * whose answer was lost is recognised and not made twice.
 */
export async function changeList(
  stores: Lists,
  projection: string,
  change: (list: GenerationList) => GenerationList,
): Promise<GenerationList> {
  const { clock } = stores
  let list = await readList(stores, projection)
  return untilMoved({ clock, deadline: deadlineIn(moveMs, clock) }, async () => {
    const to = change(list)
    const { outcome } = await stores.lists.move(projection, to)
    if (outcome === 'moved') return to
    list = await readList(stores, projection)
    if (isDeepStrictEqual(asStored(list), asStored(to))) return to
    return undefined
  })
}

/** Returns a list in the form in which it is read back: without undefined fields. */
function asStored(list: GenerationList): unknown {
  return JSON.parse(JSON.stringify(list))
}

/** Returns the generation that is being built. Throws an Error that says what to do if there is none. */
export function buildingOf({ generations }: GenerationList, projection: string): ListedGeneration {
  const building = generations.find(({ status }) => status === 'building')
  if (building !== undefined) return building
  throw new Error(`no generation of ${projection} is being built. Start one with: replay start ${projection}`)
}

/** Returns the newest generation that is built and was never read; undefined if there is none. */
export function candidateOf({ live, previous, generations }: GenerationList): ListedGeneration | undefined {
  return generations.findLast(({ id, status }) => status === 'built' && id !== live && id !== previous)
}

/** Returns the code of a listed generation. Throws an Error that says what to do if this checkout lacks it. */
export function codeOf(
  { versions }: Pick<Ports, 'versions'>,
  projection: string,
  { id, version, generation }: ListedGeneration,
): AnyGeneration {
  const code = versions.numbered(projection, version)
  if (code === undefined)
    throw new Error(`this checkout lacks version ${version} for ${id}: use the code that is deployed`)
  return code.generation(generation)
}
