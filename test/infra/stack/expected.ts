/** The logical id of a reaction, and the types of events that it is invoked at. */
export type ExpectedReaction = readonly [name: string, eventTypes: readonly string[]]
