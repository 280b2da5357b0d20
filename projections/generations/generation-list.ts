import type { Cost } from '../../domain/kernel/cost.ts'
import { Problem } from '../../domain/kernel/problem.ts'

/** Which generations of a projection there are, and which of them is read. */
export interface GenerationList {
  /** How many times it was changed: 0 where nobody has written it yet. */
  readonly revision: number
  /** Id of the generation that queries read. */
  readonly live: string
  /** The one that they read before, which is kept up to date until it is cleaned up. */
  readonly previous?: string | undefined
  /** When the live one became that, ISO 8601; not set for the first. */
  readonly switchedAt?: string | undefined
  /** All that are kept up to date, and those that were abandoned. */
  readonly generations: readonly ListedGeneration[]
  /** Those that are off the list and still have rows. */
  readonly removing: readonly { readonly id: string; readonly since: string }[]
  /** Number of the next generation. None is used twice: rows of it may be anywhere. */
  readonly next: number
}

export interface ListedGeneration {
  readonly id: string
  readonly version: number
  readonly generation: number
  /**
   * `building`: the replay is on its way; `built`: it has everything; `abandoned`: it lacks something and is not kept
   * up to date any more.
   */
  readonly status: 'building' | 'built' | 'abandoned'
  /** In how many segments its replay walks the event store; nothing for the first, which needs none. */
  readonly segments?: number | undefined
}

/** The port to the lists. `test/contract/generation-lists.ts` says what an adapter does. */
export interface GenerationLists {
  /** The lists of these projections that were written, read consistently. */
  read(
    projections: readonly string[],
  ): Promise<{ readonly lists: ReadonlyMap<string, GenerationList>; readonly cost: Cost }>
  /**
   * Puts a list in the place of the one before it. `again`: there is another by now, or the outcome is unknown; read
   * it again.
   */
  move(
    projection: string,
    to: GenerationList,
  ): Promise<{ readonly outcome: 'moved' | 'again'; readonly cost: Cost }>
}

/** The list that holds while none is written: of one generation, which is live. */
export function firstList(first: Omit<ListedGeneration, 'status'>): GenerationList {
  return {
    revision: 0,
    live: first.id,
    generations: [{ ...first, status: 'built' }],
    removing: [],
    next: first.generation + 1,
  }
}

/** Lists a new generation before anything of it is built. Throws `refused` while another is being built. */
export function withBuild(
  list: GenerationList,
  version: number,
  segments: number,
  idOf: (generation: number) => string,
): { list: GenerationList; id: string } {
  const other = list.generations.find(({ status }) => status === 'building')
  if (other !== undefined) throw refused(`${other.id} is being built: finish or cancel that first`)
  const id = idOf(list.next)
  const built = { id, version, generation: list.next, status: 'building', segments } as const
  const generations = [...list.generations, built]
  return { id, list: changed(list, { generations, next: list.next + 1 }) }
}

/** Says what has become of a generation that is being built. Throws `refused` where it is not. */
export function withStatus(list: GenerationList, id: string, status: 'built' | 'abandoned'): GenerationList {
  const found = list.generations.find((one) => one.id === id)
  if (found === undefined) throw refused(`${id} is not listed`)
  if (found.id === list.live) throw refused(`${id} is live`)
  if (status === 'built' && found.status !== 'building') throw refused(`${id} is ${found.status}`)
  const generations = list.generations.map((one) => (one === found ? { ...one, status } : one))
  return changed(list, { generations })
}

/** Makes a generation that is built the one that is read. Throws `refused` where it is not, or where two others are kept. */
export function switchedTo(list: GenerationList, id: string, at: string): GenerationList {
  const found = list.generations.find((one) => one.id === id)
  if (found === undefined) throw refused(`${id} is not listed`)
  if (id === list.live) throw refused(`${id} is live`)
  if (found.status !== 'built') throw refused(`${id} is ${found.status}`)
  if (list.previous !== undefined && list.previous !== id)
    throw refused(`${list.previous} is still kept to roll back to: clean it up first`)
  return changed(list, { live: id, previous: list.live, switchedAt: at })
}

/** Goes back to the generation that was read before. Throws `refused` where there is none any more. */
export function rolledBack(list: GenerationList, at: string): GenerationList {
  if (list.previous === undefined) throw refused('there is no generation to roll back to')
  return switchedTo(list, list.previous, at)
}

/**
 * Takes a generation off the list: nobody keeps it up to date from then on. Throws `refused` for the live one, and for
 * the one before it while somebody may still read that.
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
    throw refused(`${id} may still be read for ${Math.ceil(wait / 1000)} s: try again after that`)
  return changed(list, {
    previous: id === list.previous ? undefined : list.previous,
    generations: list.generations.filter((one) => one.id !== id),
    removing: [...list.removing, { id, since: new Date(now).toISOString() }],
  })
}

/** Forgets a generation whose rows are gone. */
export function withoutRows(list: GenerationList, id: string): GenerationList {
  return changed(list, { removing: list.removing.filter((one) => one.id !== id) })
}

function changed(list: GenerationList, over: Partial<GenerationList>): GenerationList {
  return { ...list, ...over, revision: list.revision + 1 }
}

function refused(detail: string): Problem {
  return new Problem('refused', detail)
}
