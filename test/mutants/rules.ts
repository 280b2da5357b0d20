/** The promise of each rule that shared code keeps. A feature adds the rules of its own code. */
export const sharedRules = {
  W1: 'A write with an unknown outcome is repeated, unchanged, at its version, until the answer is definite',
  W2: 'A cached state carries its version and all command ids, is dropped once an outcome is unknown, and is never the reason for a refusal',
  W3: 'If a stored commit is recognised as ours, it is the answer, whatever was decided this time',
  W4: 'Only a load to the end of a stream returns a head to append at',
  W5: 'The command id comes first, then the expected version, then the decision',
  W6: 'A command is identified by person, name and key, and another body under its key is refused',
  W7: 'An event that this code does not know is an error everywhere, and never skipped',
  W8: 'A key has one holder. If a commit and a key are both refused, the commit is reported. A released key is the one in the state',
  W9: 'Only one function puts commits, always under their condition, and a changed commit raises an alarm',
  W12: 'A snapshot carries the receipts of the last two minutes, and of the last 28 commits in any case',
  R1: 'The guard moves only from the version that was read, and the counters move with it',
  R2: 'A guard belongs to one generation and one stream, and is kept permanently',
  R3: 'The guard moves for every event that is folded',
  R4: 'A commit is skipped only if its last event was folded. Otherwise its remaining events are folded, up to a bad event',
  R5: 'A change that exceeds one write is written in parts that the guard counts, and finished before anything else; rows of a feed come before the guard',
  R6: 'A process reads the list of generations after it receives records, and acknowledges no records for a generation that it cannot update',
  R7: 'A gap is filled before anything is folded after it, in steps that are stored',
  R8: 'A replay passes a page only when all of it is written, resumes after a crash, and never continues once it is cancelled',
  R9: 'A removed generation is no longer read or written by anyone',
  R10: 'A version of a projection never changes its rows or the counters it adds to',
  R11: 'A row is never shared by two streams',
  R12: 'The reason why a stream is parked is kept in its guard, until a write passes the failing event',
  R13: 'A query reads consistently, the guard first, and never answers with data older than a position',
  R14: 'A verification walks the event store, compares only streams that did not move, and repairs only what it can make whole',
  R15: 'Records that a stream mapping gives up are read again and handled, and those that cannot be handled are kept, with an alarm',
  R16: 'A page ends only when the store says that nothing follows',
  R17: 'A write is limited by bytes as well as by count, and is halved until it fits',
  R19: 'A process that writes rows has just read the list of generations, and generations that no list names are removed',
  R20: 'Waiting work costs nothing: a parked stream is examined at its first event, and the past is read in limited pages',
  R18: 'A write that the store refuses every time parks its stream, and stops nothing else',
} as const

/** One way to break a rule. */
export interface Mutant {
  /** A key of `rules` in the list. */
  readonly rule: string
  /** The faulty behaviour, as it is printed. */
  readonly out: string
  readonly file: string
  /** A piece of the file that occurs exactly once. */
  readonly find: string
  readonly replace: string
  /** The test files. At least one of them must fail. */
  readonly tests: readonly string[]
}
