import type { ProjectEvent } from '../../../domain/project/events.ts'
import type { Generation } from '../../../projections/engine/projection.ts'
import { type ProjectState, projectsV1 } from '../../../projections/project/v1/projection.ts'

/**
 * A projection that uses all that the engine offers: a renaming changes a row for each of so many as the title says,
 * more than one write holds; it counts them, and counts and lists the events.
 */
export const wide: Generation<ProjectState, ProjectEvent> = {
  generation: 1,
  projection: {
    ...projectsV1,
    name: 'wide',
    render: (state) =>
      Array.from({ length: widthOf(state) }, (_, i) => {
        return { partition: 'all', sort: `${i}`, data: { title: titleOf(state) } }
      }),
    count: (state) => [{ partition: 'rows', sort: 'all', amounts: { rows: widthOf(state) }, shards: 2 }],
    record: (event, state) => ({
      rows: [{ partition: 'titles', sort: event.at, data: { title: titleOf(state) } }],
      counters: [{ partition: 'rows', sort: event.type, amounts: { events: 1 } }],
    }),
  },
}

function titleOf(state: ProjectState): string {
  return state.exists ? state.title : ''
}

/** Of a title that is no number, some number that follows from it. */
export function widthOf(state: ProjectState): number {
  const title = titleOf(state)
  const length = [...title].reduce((sum, character) => (sum * 31 + (character.codePointAt(0) ?? 0)) % 240, 0)
  return /^\d+$/.test(title) ? Math.min(500, Number(title)) : length
}
