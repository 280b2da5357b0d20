import * as history from './history.ts'

/** The events of the voyages in the engine's tests, as the event store holds them. */
export const planned = history.stored(history.planned)
export const renamed = (name: string) => history.stored(history.renamed(name))
export const noted = (note: string) => history.stored(history.noted(note))
export const joined = (sailorId: string) => history.stored(history.joined(sailorId))
export const left = (sailorId: string) => history.stored(history.left(sailorId))
export { wrecked } from './history.ts'
