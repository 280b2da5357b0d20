import { isDeepStrictEqual } from 'node:util'
import { deadlineIn } from '../../../commands/aws/system-clock.ts'
import type { AnyGeneration } from '../../../projections/generations/any-generation.ts'
import type { GenerationList, ListedGeneration } from '../../../projections/generations/generation-list.ts'
import { moveMs, untilMoved } from '../../../projections/generations/until-moved.ts'
import type { Ports } from './ports.ts'

/** The list of a projection's generations as it is now. Throws an Error in one line for a name that none has. */
export async function readList({ versions, lists }: Ports, projection: string): Promise<GenerationList> {
  versions.newestOf(projection)
  return versions.listOf(projection, (await lists.read([projection])).lists)
}

/**
 * Changes a list as it is at that moment, and returns the changed one. Throws what `change` throws, which is called again
 * if another process was faster, and `unavailable` if that takes too long. A change whose answer was lost is recognised
 * and not made twice.
 */
export async function changeList(
  ports: Ports,
  projection: string,
  change: (list: GenerationList) => GenerationList,
): Promise<GenerationList> {
  const { clock } = ports
  let list = await readList(ports, projection)
  return untilMoved({ clock, deadline: deadlineIn(moveMs, clock) }, async () => {
    const to = change(list)
    const { outcome } = await ports.lists.move(projection, to)
    if (outcome === 'moved') return to
    list = await readList(ports, projection)
    if (isDeepStrictEqual(stored(list), stored(to))) return to
    return undefined
  })
}

/** As it is read back: what is undefined is not there. */
function stored(list: GenerationList): unknown {
  return JSON.parse(JSON.stringify(list))
}

/** The one that is being built. Throws an Error that says what to do where there is none. */
export function buildingOf({ generations }: GenerationList, projection: string): ListedGeneration {
  const building = generations.find(({ status }) => status === 'building')
  if (building !== undefined) return building
  throw new Error(`nothing of ${projection} is being built: replay start ${projection} begins it`)
}

/** The code of a listed generation. Throws an Error that says what to do where this checkout does not have it. */
export function codeOf(
  { versions }: Pick<Ports, 'versions'>,
  projection: string,
  { id, version, generation }: ListedGeneration,
): AnyGeneration {
  const code = versions.numbered(projection, version)
  if (code === undefined)
    throw new Error(`this code lacks version ${version} for ${id}: use the one that is deployed`)
  return code.generation(generation)
}
