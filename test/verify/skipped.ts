/** Thrown by a step that cannot run on this machine. The message is the reason, in one line. */
export class Skipped extends Error {}
