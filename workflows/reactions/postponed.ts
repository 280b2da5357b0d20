/**
 * Thrown by a reaction that cannot run now, through no fault of its event or its code: a provider accepts no more for a
 * while. The event is tried later, however often, and that never counts as a failure.
 */
export class Postponed extends Error {
  override readonly name = 'Postponed'
}
