import type { Mutant } from './rules.ts'

const listed = 'projections/generations/listed-generations.ts'
const list = 'projections/generations/generation-list.ts'
const replay = 'projections/rebuild/replay/replay.ts'
const projectBatch = 'projections/delivery/project-batch.ts'
const checkpoints = 'projections/rebuild/replay/dynamo-checkpoints.ts'

const ofLists = ['test/projections/generations/listed-generations.test.ts']
const ofOneList = ['test/projections/generations/generation-list.test.ts']
const ofReplays = ['test/properties/replay.test.ts']
const ofOperators = ['test/infra/cli/ops/replay.test.ts']
const ofAdapters = ['test/projections/rebuild/replay/replay-adapters.test.ts']

/** Mutants of the rules of replays. */
export const replaying: readonly Mutant[] = [
  {
    rule: 'R6',
    out: 'uses the list of the previous batch',
    file: listed,
    find: '  const read = await lists.read(versions.names)\n  const found',
    replace:
      '  const kept = lists as GenerationLists & { kept?: ReturnType<GenerationLists["read"]> }\n  kept.kept ??= lists.read(versions.names)\n  const read = await kept.kept\n  const found',
    tests: ofLists,
  },
  {
    rule: 'R6',
    out: 'does not deliver to a generation that is being built',
    file: listed,
    find: "if (status === 'abandoned') continue",
    replace: "if (status !== 'built') continue",
    tests: ofReplays,
  },
  {
    rule: 'R6',
    out: 'acknowledges records of a live generation that this code does not contain',
    file: listed,
    find: 'else if (id === list.live) throw lacking(id)',
    replace: 'else if (id === list.live) continue',
    tests: ofLists,
  },
  {
    rule: 'R6',
    out: 'does not report a generation being built that this code does not contain',
    file: listed,
    find: 'else await abandon(versions, lists, clock, { name, id })',
    replace: '',
    tests: ofLists,
  },
  {
    rule: 'R6',
    out: 'redelivers records that failed only in a generation that is being built',
    file: projectBatch,
    find: 'building !== true',
    replace: 'building !== undefined',
    tests: ofLists,
  },
  {
    rule: 'R8',
    out: 'writes a checkpoint past streams that are not written yet',
    file: replay,
    find: 'const isComplete = from + done.length >= streams.length',
    replace: 'const isComplete = from + results.length >= streams.length',
    tests: ofOperators,
  },
  {
    rule: 'R8',
    out: 'moves the checkpoint before the streams of the page are written',
    file: replay,
    find: '  for (let from = 0; ; from += streamsAtOnce) {',
    replace:
      '  const early = { ...checkpoint, revision: checkpoint.revision + 1, ...(page.next && { after: page.next }), done: page.next === undefined }\n  await o.checkpoints.move(generation.id, segment, early)\n  last = early\n  for (let from = 0; ; from += streamsAtOnce) {',
    tests: ofReplays,
  },
  {
    rule: 'R8',
    out: 'moves a checkpoint whatever its revision',
    file: checkpoints,
    find: "to.revision === 1 ? 'attribute_not_exists(PK)' : '#revision = :before'",
    replace: "to.revision === 1 ? 'attribute_not_exists(PK)' : '#revision >= :before'",
    tests: ofAdapters,
  },
  {
    rule: 'R8',
    out: 'skips a stream that could not be written',
    file: 'projections/rebuild/walk/retry-unavailable.ts',
    find: 'if (!isUnavailable(error) || attempt === maxAttempts) throw error',
    replace:
      'if (!isUnavailable(error)) return { cost: { writeUnits: 0 } } as T\n      if (attempt === maxAttempts) throw error',
    tests: ofReplays,
  },
  {
    rule: 'R8',
    out: 'continues a cancelled replay',
    file: replay,
    find: "if (listed !== 'building') return 'cancelled'",
    replace: '',
    tests: ofOperators,
  },
  {
    rule: 'R8',
    out: 'walks in segments that differ from those of the run',
    file: 'infra/cli/ops/replay-start.ts',
    find: 'segments: listed.segments ?? usualSegments',
    replace: 'segments: segments ?? usualSegments',
    tests: ofOperators,
  },
  {
    rule: 'R8',
    out: 'reuses the number of a generation',
    file: list,
    find: 'next: list.next + 1',
    replace: 'next: list.generations.length + 1',
    tests: ofOneList,
  },
  {
    rule: 'R8',
    out: 'repeats a change of the list whose answer was lost',
    file: 'infra/cli/ops/generations.ts',
    find: 'if (isDeepStrictEqual(asStored(list), asStored(to))) return to',
    replace: '',
    tests: ofOperators,
  },
  {
    rule: 'R9',
    out: 'removes a generation that may still be read',
    file: list,
    find: 'if (id === list.previous && wait > 0)',
    replace: 'if (id === list.previous && wait > 1e12)',
    tests: ofOneList,
  },
  {
    rule: 'R9',
    out: 'removes a generation that may still be written',
    file: 'infra/cli/ops/replay-clean.ts',
    find: 'if (wait <= 0) return',
    replace: 'if (wait <= 1e12) return',
    tests: ofOperators,
  },
  {
    rule: 'R9',
    out: 'does not wait for functions that a local cloud has already invoked',
    file: 'infra/cli/ops/replay-clean.ts',
    find: 'return oldest === undefined || oldest > moment',
    replace: 'return true',
    tests: ofOperators,
  },
  {
    rule: 'R9',
    out: 'removes a live generation',
    file: list,
    find: '  if (id === list.live) throw refused(`${id} is live`)\n  const wait',
    replace: '  const wait',
    tests: ofOneList,
  },
  {
    rule: 'R9',
    out: 'a query uses its list for longer than clean-up waits',
    file: listed,
    find: 'clock.now() - since.now < readersCacheMs && clock.elapsed() - since.elapsed < readersCacheMs',
    replace: 'clock.elapsed() - since.elapsed < 12 * readersCacheMs',
    tests: ofLists,
  },
  {
    rule: 'R9',
    out: 'takes a cursor of a removed generation for one of the live generation',
    file: 'projections/query/handle-query.ts',
    find: 'const isThere = (build: string) => listed(build)?.projection === projection',
    replace: 'const isThere = (_: string) => true',
    tests: ['test/projections/query/generations.test.ts'],
  },
  {
    rule: 'R9',
    out: 'removes rows of a generation whose name merely begins with the same text',
    file: 'projections/rebuild/replay/row-remover.ts',
    find: "const [id = ''] = partition.slice(prefix.length).split('#')",
    replace: 'const id = partition.slice(prefix.length, prefix.length + projection.length + 5)',
    tests: ofAdapters,
  },
]
