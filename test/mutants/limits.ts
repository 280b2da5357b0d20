import type { Mutant } from './rules.ts'

const pages = 'commands/aws/pages.ts'
const step = 'projections/engine/step.ts'
const catchUp = 'projections/engine/catch-up.ts'
const sdkCall = 'commands/aws/sdk-call.ts'

const inMemory = ['test/projections/engine/memory-row-store.test.ts']
const ofWriters = ['test/projections/rebuild/listed-writers.test.ts']
const plan = 'projections/publishing/plan.ts'

const ofCatchUp = ['test/projections/engine/catch-up.test.ts']
const ofForwarder = ['test/projections/publishing/forwarder.test.ts']
const ofSizes = ['test/projections/engine/sizes.test.ts']

/** Mutants of the rules about the limits of the stores. */
export const limits: readonly Mutant[] = [
  {
    rule: 'R16',
    out: 'treats the first page as the whole list',
    file: pages,
    find: 'while (after !== undefined && items.length < limit)',
    replace: 'while (after !== undefined && items.length < 0)',
    tests: inMemory,
  },
  {
    rule: 'R16',
    out: 'treats a page with fewer items than requested as the last',
    file: pages,
    find: 'after = answer.next\n',
    replace: 'after = answer.items.length < limit ? undefined : answer.next\n',
    tests: inMemory,
  },
  {
    rule: 'R16',
    out: 'forgets where a list of DynamoDB continues',
    file: 'projections/engine/dynamo-row-store.ts',
    find: 'ExclusiveStartKey: from,',
    replace: '',
    tests: ['test/projections/engine/dynamo-row-store.test.ts'],
  },
  {
    rule: 'R17',
    out: 'limits a write only by count',
    file: step,
    find: 'if (counters.reduce((sum, item) => sum + counterBytes(item), bytes) > maxMoveBytes) return false',
    replace: '',
    tests: ofSizes,
  },
  {
    rule: 'R17',
    out: 'limits the parts of an event only by count',
    file: step,
    find: 'return bytes > maxMoveBytes',
    replace: 'return bytes < 0',
    tests: ofSizes,
  },
  {
    rule: 'R17',
    out: 'ignores the rows to remove',
    file: step,
    find: 'const bytes = [...put, ...remove].reduce(',
    replace: 'const bytes = put.reduce(',
    tests: ofSizes,
  },
  {
    rule: 'R18',
    out: 'gives up when the read model refuses a write',
    file: catchUp,
    find: 'if (!isRefusal(refusal) && !isTooLarge(refusal)) throw refusal',
    replace: 'if (!isTooLarge(refusal)) throw refusal',
    tests: ofSizes,
  },
  {
    rule: 'R18',
    out: 'ignores the reasons of a cancelled transaction',
    file: sdkCall,
    find: "some(({ Code }) => Code === 'ValidationError')",
    replace: "some(({ Code }) => Code === '')",
    tests: ofSizes,
  },
  {
    rule: 'R18',
    out: 'stops at a stream whose guard the read model cannot store',
    file: catchUp,
    find: '    if (!isRefusal(refusal)) throw refusal\n    return { guard: undefined, refusal',
    replace: '    if (refusal) throw refusal\n    return { guard: undefined, refusal',
    tests: ofSizes,
  },
  {
    rule: 'R18',
    out: 'parks without a mark that lists the stream',
    file: 'projections/engine/parked-index.ts',
    find: 'GSI1SK: textWithin(key.PK, maxSortKeyBytes)',
    replace: 'GSI1SK: key.PK',
    tests: ofSizes,
  },
  {
    rule: 'R19',
    out: 'a replay checks once per page whether its generation is listed',
    file: 'projections/rebuild/replay/replay.ts',
    find: "if ((await endOf(o)) === 'cancelled') return 'cancelled'",
    replace: '',
    tests: ofWriters,
  },
  {
    rule: 'R19',
    out: 'keeps the first list that it read',
    file: 'projections/generations/listed-check.ts',
    find: 'if (read === undefined || Math.abs(now - read.at) >= writersListMs)',
    replace: 'if (read === undefined)',
    tests: ofWriters,
  },
  {
    rule: 'R19',
    out: 'a verification repairs a generation that the list no longer names',
    file: 'projections/rebuild/verification/verify.ts',
    find: 'if ((await retryUnavailable(given.clock, status)) === undefined)',
    replace: 'if ((await retryUnavailable(given.clock, status)) === null)',
    tests: ofWriters,
  },
  {
    rule: 'R19',
    out: 'removes items of the first page before it has read the list',
    file: 'projections/rebuild/replay/dynamo-row-remover.ts',
    find: 'const keep = await kept()',
    replace: 'const keep = after === undefined ? new Set<string>() : await kept()',
    tests: ['test/projections/rebuild/replay/replay-adapters.test.ts'],
  },
  {
    rule: 'R19',
    out: 'removes only generations that were taken off the list',
    file: 'infra/cli/ops/replay-clean.ts',
    find: 'const total = new Map<string, number>()',
    replace: 'const total = new Map<string, number>()\n  if (offList.size === 0) return total',
    tests: ['test/infra/cli/ops/replay.test.ts'],
  },
  {
    rule: 'R18',
    out: 'a verification stops at a stream whose guard the read model cannot store',
    file: 'projections/rebuild/verification/verify-stream.ts',
    find: 'isUnreadable(error) || isRefusal(error)',
    replace: 'isUnreadable(error)',
    tests: ['test/projections/rebuild/refused-streams.test.ts'],
  },
  {
    rule: 'R18',
    out: 'the bus refuses many entries because of one',
    file: 'projections/publishing/put-events.ts',
    find: 'if (batch.length > 1) {',
    replace: 'if (batch.length > 100) {',
    tests: ['test/projections/publishing/put-events.test.ts'],
  },
  {
    rule: 'R20',
    out: 'the forwarder reads all commits behind the first failing event',
    file: plan,
    find: 'for (let limit: number | undefined = 1; ; limit',
    replace: 'for (let limit: number | undefined; ; limit',
    tests: ofForwarder,
  },
  {
    rule: 'R20',
    out: 'holds all waiting commits in memory at once',
    file: plan,
    find: 'if (bytes >= maxHeldBytes) return { events, rest: next }',
    replace: '',
    tests: ofForwarder,
  },
  {
    rule: 'R20',
    out: 'leaves the rest of the waiting commits to the next record',
    file: 'projections/publishing/forward-batch.ts',
    find: 'if (mark?.version !== rest || result.failed.length > 0) break',
    replace: 'if (mark !== undefined) break',
    tests: ofForwarder,
  },
  {
    rule: 'R20',
    out: 'the store reads more pages although one commit is wanted',
    file: 'commands/event-store/read-page.ts',
    find: 'if (limit === 1) {',
    replace: 'if (limit === 0) {',
    tests: ofForwarder,
  },
  {
    rule: 'R20',
    out: 'the projector reads all commits behind the first failing event',
    file: catchUp,
    find: 'isParked ? 1 : undefined',
    replace: 'undefined',
    tests: ofCatchUp,
  },
  {
    rule: 'R20',
    out: 'reads a page again for every step',
    file: catchUp,
    find: 'if (kept.length > 0 || source.page?.more === false)',
    replace: 'if (kept.length < 0)',
    tests: ofCatchUp,
  },
  {
    rule: 'R7',
    out: 'the forwarder skips a gap',
    file: plan,
    find: 'if (before > end) {',
    replace: 'if (before < end) {',
    tests: ofForwarder,
  },
  {
    rule: 'R19',
    out: 'does not wait for operators on a local cloud',
    file: 'infra/cli/ops/replay-clean.ts',
    find: 'await clock.sleep(Math.max(0, since + operatorsMs - clock.now()))',
    replace: '',
    tests: ['test/infra/cli/ops/replay.test.ts'],
  },
]
