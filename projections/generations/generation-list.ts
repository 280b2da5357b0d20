import type { Cost } from '../../domain/kernel/cost.ts'
import { Problem } from '../../domain/kernel/problem.ts'

/** The generations of a projection, and the one that queries read. */
export interface GenerationList {
  /** The number of changes to the list; 0 if it was never written. */
  readonly revision: number
  /** Id of the generation that queries read. */
  readonly live: string
  /** The generation that queries read before. It is kept up to date until it is cleaned up. */
  readonly previous?: string | undefined
  /** When the current generation became live, ISO 8601; undefined for the first one. */
  readonly switchedAt?: string | undefined
  /** All generations that are kept up to date, and the abandoned ones. */
  readonly generations: readonly ListedGeneration[]
  /** Generations that are no longer listed but still have rows. */
  readonly removing: readonly { readonly id: string; readonly since: string }[]
  /** Number of the next generation. Numbers are never reused, because rows of an earlier generation may still exist. */
  readonly next: number
}

export interface ListedGeneration {
  readonly id: string
  readonly version: number
  readonly generation: number
  /**
   * `building`: the replay is running. `built`: the generation is complete. `abandoned`: events are missing, and it is
   * no longer kept up to date.
   */
  readonly status: 'building' | 'built' | 'abandoned'
  /**
   * Number of segments that its replay divides the event store into. Undefined for the first generation, which needs no
   * replay.
   */
  readonly segments?: number | undefined
}

/** The port to the lists. `test/contract/generation-lists.ts` specifies the behaviour of every adapter. */
export interface GenerationLists {
  /** Reads the stored lists of these projections, consistently. */
  read(
    projections: readonly string[],
  ): Promise<{ readonly lists: ReadonlyMap<string, GenerationList>; readonly cost: Cost }>
  /**
   * Replaces the preceding list. `again` means that another process changed the list, or that the outcome is unknown.
   * Read it again.
   */
  move(
    projection: string,
    to: GenerationList,
  ): Promise<{ readonly outcome: 'moved' | 'again'; readonly cost: Cost }>
}

/** The list before any list is written. It has one generation, which is live. */
export function firstList(first: Omit<ListedGeneration, 'status'>): GenerationList {
  return {
    revision: 0,
    live: first.id,
    generations: [{ ...first, status: 'built' }],
    removing: [],
    next: first.generation + 1,
  }
}

/** Lists a new generation before anything of it is built. Throws `refused` while another one is being built. */
export function withBuild(
  list: GenerationList,
  version: number,
  segments: number,
  idOf: (generation: number) => string,
): { list: GenerationList; id: string } {
  const other = list.generations.find(({ status }) => status === 'building')
  if (other !== undefined) throw refused(`${other.id} is being built. Finish or cancel it first`)
  const id = idOf(list.next)
  const built = { id, version, generation: list.next, status: 'building', segments } as const
  const generations = [...list.generations, built]
  return { id, list: changed(list, { generations, next: list.next + 1 }) }
}

/** Changes the status of a generation that is being built. Throws `refused` if it is not being built. */
export function withStatus(list: GenerationList, id: string, status: 'built' | 'abandoned'): GenerationList {
  const found = list.generations.find((one) => one.id === id)
  if (found === undefined) throw refused(`${id} is not listed`)
  if (found.id === list.live) throw refused(`${id} is live`)
  if (status === 'built' && found.status !== 'building') throw refused(`${id} is ${found.status}`)
  const generations = list.generations.map((one) => (one === found ? { ...one, status } : one))
  return changed(list, { generations })
}

/** Makes a built generation the live one. Throws `refused` if it is not built, or if two other generations are kept. */
export function switchedTo(list: GenerationList, id: string, at: string): GenerationList {
  const found = list.generations.find((one) => one.id === id)
  if (found === undefined) throw refused(`${id} is not listed`)
  if (id === list.live) throw refused(`${id} is live`)
  if (found.status !== 'built') throw refused(`${id} is ${found.status}`)
  if (list.previous !== undefined && list.previous !== id)
    throw refused(`${list.previous} is still kept for a rollback. Clean it up first`)
  return changed(list, { live: id, previous: list.live, switchedAt: at })
}

/** Returns to the generation that was live before. Throws `refused` if there is none. */
export function rolledBack(list: GenerationList, at: string): GenerationList {
  if (list.previous === undefined) throw refused('there is no generation to roll back to')
  return switchedTo(list, list.previous, at)
}

/**
 * Removes a generation from the list. No process keeps it up to date after that. Throws `refused` for the live
 * generation, and for the previous one while processes may still read it.
 */
export function withoutGeneration(
  list: GenerationList,
  id: string,
  now: number,
  readersMs: number,
): GenerationList {
  if (!list.generations.some((one) => one.id === id)) throw refused(`${id} is not listed`)
  if (id === list.live) throw refused(`${id} is live`)
  const wait = list.switchedAt === undefined ? 0 : Date.parse(list.switchedAt) + readersMs - now
  if (id === list.previous && wait > 0)
    throw refused(`${id} may still be read for ${Math.ceil(wait / 1000)} s. Try again after that`)
  return changed(list, {
    previous: id === list.previous ? undefined : list.previous,
    generations: list.generations.filter((one) => one.id !== id),
    removing: [...list.removing, { id, since: new Date(now).toISOString() }],
  })
}

/** Takes a generation off the list of generations to remove, after its rows were deleted. */
export function withoutRows(list: GenerationList, id: string): GenerationList {
  return changed(list, { removing: list.removing.filter((one) => one.id !== id) })
}

function changed(list: GenerationList, over: Partial<GenerationList>): GenerationList {
  return { ...list, ...over, revision: list.revision + 1 }
}

function refused(detail: string): Problem {
  return new Problem('refused', detail)
}
