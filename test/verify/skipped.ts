/** Thrown by a step that needs something this machine does not have. The message says what. */
export class Skipped extends Error {}
