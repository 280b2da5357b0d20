import type { AnyGeneration, ProjectionVersion } from './any-generation.ts'
import { firstList, type GenerationList } from './generation-list.ts'

/** The generations that fold the streams of one category. */
export type GenerationsOf = (category: string) => readonly AnyGeneration[]

/** All versions of every projection, except those that are cleaned up, with the look-ups that the engine needs. */
export interface ProjectionVersions {
  /** All versions. The older versions of a projection come first. */
  readonly all: readonly ProjectionVersion[]
  /** The names of the projections, without duplicates. */
  readonly names: readonly string[]
  /** The categories of streams that at least one projection folds. The stream mapping delivers these. */
  readonly categories: readonly string[]
  /** The newest version of a projection. Throws an Error with a one-line message if no projection has this name. */
  newestOf(name: string): ProjectionVersion
  /** A version of a projection; undefined if this code does not have it. */
  numbered(name: string, number: number): ProjectionVersion | undefined
  /**
   * The list of a projection's generations: the stored list, or else the first generation of the oldest version. Throws
   * an Error with a one-line message if no projection has this name.
   */
  listOf(name: string, lists: ReadonlyMap<string, GenerationList>): GenerationList
  /** The generations of a category while no list is stored. */
  readonly generationsOf: GenerationsOf
}

/** Makes the look-ups from a list of versions. The older versions of a projection must come first. */
export function projectionVersions(all: readonly ProjectionVersion[]): ProjectionVersions {
  const names = [...new Set(all.map(({ name }) => name))]
  const known = (name: string, version: ProjectionVersion | undefined): ProjectionVersion => {
    if (version === undefined)
      throw new Error(`there is no projection ${name}. The projections are ${names.join(', ')}`)
    return version
  }
  const oldestOf = (name: string) =>
    known(
      name,
      all.find((version) => version.name === name),
    )
  return {
    all,
    names,
    categories: [...new Set(all.map(({ aggregate }) => aggregate))],
    newestOf: (name) =>
      known(
        name,
        all.findLast((version) => version.name === name),
      ),
    numbered: (name, number) => all.find((one) => one.name === name && one.version === number),
    listOf(name, lists) {
      const { version, generation } = oldestOf(name)
      return lists.get(name) ?? firstList({ id: generation(1).id, version, generation: 1 })
    },
    generationsOf: (category) =>
      names
        .map((name) => oldestOf(name).generation(1))
        .filter((generation) => generation.aggregate === category),
  }
}
