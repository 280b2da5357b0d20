import type { Mutant } from './rules.ts'

const handler = 'projections/redrive/redrive-handler.ts'
const reader = 'projections/redrive/dynamo-shard-reader.ts'
const redrive = 'infra/stack/parts/redrive.ts'

const ofHandler = ['test/projections/redrive/redrive.test.ts']
const ofReader = ['test/projections/redrive/dynamo-shard-reader.test.ts']
const ofTemplate = ['test/infra/stack/redrive.test.ts', 'test/infra/stack/stream-mapping.test.ts']

/** Mutants of the rules for records that a stream mapping gives up. */
export const redriving: readonly Mutant[] = [
  {
    rule: 'R15',
    out: 'treats trimmed records as done',
    file: handler,
    find: 'if (trimmed || failures > 0) return false',
    replace: 'if (failures > 0) return false',
    tests: ofHandler,
  },
  {
    rule: 'R15',
    out: 'treats records that failed again as done',
    file: handler,
    find: 'if (trimmed || failures > 0) return false',
    replace: 'if (trimmed) return false',
    tests: ofHandler,
  },
  {
    rule: 'R15',
    out: 'treats records that it could not read as done',
    file: handler,
    find: 'error: asError(error) })\n      return false',
    replace: 'error: asError(error) })\n      return true',
    tests: ofHandler,
  },
  {
    rule: 'R15',
    out: 'logs trimmed records at the same level as failed ones',
    file: handler,
    find: 'logger.critical(',
    replace: 'logger.error(',
    tests: ofHandler,
  },
  {
    rule: 'R15',
    out: 'starts work for which there is no time left',
    file: handler,
    find: 'context.getRemainingTimeInMillis() < leastMs',
    replace: 'context.getRemainingTimeInMillis() < 0',
    tests: ofHandler,
  },
  {
    rule: 'R15',
    out: 'leaves out the last record of a range',
    file: reader,
    find: 'placeInShard(record) <= end)',
    replace: 'placeInShard(record) < end)',
    tests: ofReader,
  },
  {
    rule: 'R15',
    out: 'reads beyond the end of a range',
    file: reader,
    find: 'all.filter((record) => placeInShard(record) <= end)',
    replace: 'all',
    tests: ofReader,
  },
  {
    rule: 'R15',
    out: 'treats an empty page as the end',
    file: reader,
    find: 'if (isOver || iterator === undefined) return',
    replace: 'if (isOver || all.length === 0 || iterator === undefined) return',
    tests: ofReader,
  },
  {
    rule: 'R15',
    out: 'treats the end of a shard as the end of the range',
    file: reader,
    find: 'trimmed ||= !isOver && iterator === undefined',
    replace: '',
    tests: ofReader,
  },
  {
    rule: 'R15',
    out: 'treats a missing shard as one with nothing to do',
    file: reader,
    find: "if (page === 'gone') return yield { records: [], trimmed: true }",
    replace: "if (page === 'gone') return yield { records: [], trimmed: false }",
    tests: ofReader,
  },
  {
    rule: 'R15',
    out: 'treats a range as read although the shard ends before it',
    file: reader,
    find: 'if (!trimmed) throw',
    replace: 'if (trimmed) throw',
    tests: ofReader,
  },
  {
    rule: 'R15',
    out: 'nobody is notified of records that a mapping gives up',
    file: 'infra/stack/parts/stream-mapping.ts',
    find: 'onFailure: { bind: () => ({ destination: o.failures.queueArn }) },',
    replace: '',
    tests: ofTemplate,
  },
  {
    rule: 'R15',
    out: 'gives up while the records can still be read',
    file: redrive,
    find: 'Duration.hours(24)',
    replace: 'Duration.hours(12)',
    tests: ofTemplate,
  },
  {
    rule: 'R15',
    out: 'deletes what the function reports as failed',
    file: redrive,
    find: 'reportBatchItemFailures: true',
    replace: 'reportBatchItemFailures: false',
    tests: ofTemplate,
  },
]
