/** The promise of each rule that shared code keeps. A feature adds the rules that its own code keeps. */
export const sharedRules = {
  W1: 'An unknown outcome is put again, unchanged, at its place, until the answer is definite',
  W2: 'A state that is kept carries its place and all command ids, is dropped once an outcome is unknown, and refuses nobody',
  W3: 'A stored commit that is recognised as ours is the answer, whatever was decided this time',
  W4: 'Only a load to the end of a stream gives a place to append at',
  W5: 'The command id comes first, then the expected version, then the decision',
  W6: 'A command is known by person, name and key, and another body under its key is refused',
  W7: 'An event that this code does not know is an error everywhere, and never skipped',
  W8: 'A key has one holder: what is said of the commit comes first, and what the state holds is released',
  W9: 'A commit is put by one function under its condition, and one that changes is an alarm',
  W12: 'A snapshot carries the receipts of the last two minutes, and of the last 28 commits in any case',
  R1: 'The guard moves only from the version that was read, and what streams count moves with it',
  R2: 'A guard is of one generation and one stream, and stays for good',
  R3: 'The guard moves for every event that is folded',
  R4: 'A commit is skipped only by its last event, and sliced otherwise; what can be folded is kept',
  R5: 'What one write does not hold is written in parts that the guard counts, and finished before anything else; rows that events leave come before the guard',
  R6: 'Who has records in hand reads the list of generations then, and never acknowledges for one that it cannot keep up',
  R7: 'A gap is filled before anything is folded after it, in steps that are kept',
  R8: 'A replay says that it has come past a page when all of it is written, goes on after a death, and never after it was cancelled',
  R9: 'What is removed is read and written by nobody any more',
  R10: 'A version of a projection does what it has always done, and counts where it has always counted',
  R11: 'A row is never shared by two streams',
  R12: 'Why a stream is parked stands in its guard, until a write passes that',
  R13: 'A query reads consistently, the guard first, and never answers from before a position',
  R14: 'A verification walks over the event store, compares only what stood still, and repairs only what it can make whole',
  R15: 'What a stream mapping gives up is read again and handled, and what cannot be is kept with an alarm',
  R16: 'A page ends only when the store says that nothing follows',
  R17: 'A write is limited by bytes as well as by count, and is halved until it fits',
  R19: 'A process that writes rows has just read the list of generations, and what no list names is removed',
  R20: 'Waiting work costs nothing: what is parked is examined at its first event, and the past is read in limited pages',
  R18: 'A write that the store refuses every time parks its stream, and stops nothing else',
} as const

/** One way to write a rule wrongly. */
export interface Mutant {
  /** A rule of `rules` in the list. */
  readonly rule: string
  /** What is taken out. */
  readonly out: string
  readonly file: string
  /** A piece of the file that occurs once. */
  readonly find: string
  readonly replace: string
  /** The files of tests of which one has to turn red. */
  readonly tests: readonly string[]
}
