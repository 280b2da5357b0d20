import { deadlineIn } from '../../commands/aws/system-clock.ts'
import type { Clock } from '../../domain/kernel/clock.ts'
import { Problem } from '../../domain/kernel/problem.ts'
import type { AnyGeneration } from './any-generation.ts'
import { type GenerationList, type GenerationLists, withStatus } from './generation-list.ts'
import type { GenerationsOf, ProjectionVersions } from './projection-versions.ts'
import { moveMs, untilMoved } from './until-moved.ts'

/** How long an execution environment of the query API caches the list, in milliseconds. */
export const readersCacheMs = 5000

/**
 * Returns the generations to keep up to date, as listed now. A function must read the list after it has received its
 * records. Each record then reaches a listed generation, or was stored before that generation's replay starts. Throws
 * if this code does not have the version of the live generation, because the records must not be acknowledged. Any
 * other generation with an unknown version is marked as abandoned.
 */
export async function listedGenerations(
  versions: ProjectionVersions,
  lists: GenerationLists,
  clock: Clock,
): Promise<GenerationsOf> {
  const read = await lists.read(versions.names)
  const found: AnyGeneration[] = []
  for (const name of versions.names) {
    const list = versions.listOf(name, read.lists)
    for (const { id, version, generation, status } of list.generations) {
      if (status === 'abandoned') continue
      const code = versions.numbered(name, version)
      if (code !== undefined) found.push({ ...code.generation(generation), building: status === 'building' })
      else if (id === list.live) throw lacking(id)
      else await abandon(versions, lists, clock, { name, id })
    }
  }
  return (aggregate) => found.filter((one) => one.aggregate === aggregate)
}

/** Returns the generations that are kept up to date, if this code has their versions. It changes no list. */
export async function keptGenerations(
  versions: ProjectionVersions,
  lists: GenerationLists,
): Promise<readonly AnyGeneration[]> {
  const read = await lists.read(versions.names)
  return versions.names.flatMap((name) =>
    versions
      .listOf(name, read.lists)
      .generations.filter(({ status }) => status !== 'abandoned')
      .flatMap(({ version, generation, status }) => {
        const code = versions.numbered(name, version)
        return code === undefined ? [] : [{ ...code.generation(generation), building: status === 'building' }]
      }),
  )
}

/**
 * Marks a generation as abandoned because this code cannot keep it up to date, unless another process has already
 * marked it.
 */
async function abandon(
  versions: ProjectionVersions,
  lists: GenerationLists,
  clock: Clock,
  { name, id }: { readonly name: string; readonly id: string },
): Promise<void> {
  await untilMoved({ clock, deadline: deadlineIn(moveMs, clock) }, async () => {
    const list = versions.listOf(name, (await lists.read([name])).lists)
    const listed = list.generations.find((one) => one.id === id)
    if (listed === undefined || listed.status === 'abandoned') return 'done'
    if (list.live === id) throw lacking(id)
    const { outcome } = await lists.move(name, withStatus(list, id, 'abandoned'))
    return outcome === 'moved' ? 'done' : undefined
  })
}

function lacking(id: string): Problem {
  return new Problem('internal', `${id} is live, but this code does not have its version.`)
}

/** The generations that queries can read: the live one of each projection, and those that a cursor may still name. */
export interface Readable {
  /** Throws if this code does not have the version of the live generation. */
  readonly live: (projection: string) => AnyGeneration
  /** A generation that is built and listed. */
  readonly listed: (id: string) => AnyGeneration | undefined
}

/**
 * Reads the readable generations, at most once in five seconds. A generation that was live then is kept up to date for
 * longer than that.
 */
export function createReadable(
  versions: ProjectionVersions,
  lists: GenerationLists,
  clock: Clock,
): () => Promise<Readable> {
  let cached: { readonly readable: Readable; readonly now: number; readonly elapsed: number } | undefined
  /**
   * Both clocks must agree. The wall clock can be set back, and the other one can stop while the execution environment
   * is frozen.
   */
  const isNew = (since: { readonly now: number; readonly elapsed: number }) =>
    clock.now() - since.now < readersCacheMs && clock.elapsed() - since.elapsed < readersCacheMs
  return async () => {
    if (cached !== undefined && isNew(cached)) return cached.readable
    const since = { now: clock.now(), elapsed: clock.elapsed() }
    const read = await lists.read(versions.names)
    const readable = readableOf(versions, read.lists)
    cached = { readable, ...since }
    return readable
  }
}

function readableOf(versions: ProjectionVersions, lists: ReadonlyMap<string, GenerationList>): Readable {
  const listed = new Map<string, AnyGeneration>()
  for (const name of versions.names) {
    for (const { id, version, generation, status } of versions.listOf(name, lists).generations) {
      const code = versions.numbered(name, version)
      if (status === 'built' && code !== undefined) listed.set(id, code.generation(generation))
    }
  }
  return {
    live(projection) {
      const { live } = versions.listOf(projection, lists)
      const generation = listed.get(live)
      if (generation === undefined) throw lacking(live)
      return generation
    },
    listed: (id) => listed.get(id),
  }
}
