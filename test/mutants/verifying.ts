import type { Mutant } from './rules.ts'

const walk = 'projections/rebuild/walk/walk.ts'
const look = 'projections/rebuild/verification/compare-stream.ts'
const verifyStream = 'projections/rebuild/verification/verify-stream.ts'
const verifyCounters = 'projections/rebuild/verification/verify-counters.ts'
const refold = 'projections/engine/refold.ts'
const scan = 'projections/rebuild/walk/dynamo-commit-scan.ts'

const ofVerify = ['test/infra/cli/ops/verify.test.ts']
const ofCounters = ['test/infra/cli/ops/verify-counters.test.ts']
const ofTampering = ['test/properties/verify.test.ts']
const ofWalk = ['test/projections/rebuild/walk/walk.test.ts']

/** What a verification rests on, each taken out. */
export const verifying: readonly Mutant[] = [
  {
    rule: 'R14',
    out: 'takes a stream without a guard for one without events',
    file: verifyStream,
    find: 'return versionOf(seen) < seen.folded.end',
    replace: 'return seen.guard !== undefined && versionOf(seen) < seen.folded.end',
    tests: ofVerify,
  },
  {
    rule: 'R14',
    out: 'passes over streams that have no guard',
    file: verifyStream,
    find: "else if (version < end) findings.push(one('behind', stuck))",
    replace: "else if (version < end && guard !== undefined) findings.push(one('behind', stuck))",
    tests: ofVerify,
  },
  {
    rule: 'R14',
    out: 'compares also where the guard moved while the rows were read',
    file: look,
    find: 'isDeepStrictEqual(guard, after.guard) ?',
    replace: 'after !== undefined ?',
    tests: ofVerify,
  },
  {
    rule: 'R14',
    out: 'compares with the fold of the whole stream instead of that up to the guard',
    file: look,
    find: 'pending.push(...fold.take(commit, until))',
    replace: 'pending.push(...fold.take(commit, Number.POSITIVE_INFINITY))',
    tests: ofVerify,
  },
  {
    rule: 'R14',
    out: 'does not look at the state',
    file: look,
    find: 'if (!sameJson(guard.state, fold.state()))',
    replace: 'if (guard.state === undefined)',
    tests: ofTampering,
  },
  {
    rule: 'R14',
    out: 'does not look for rows that states before have left',
    file: look,
    find: 'for (const key of former) if (found.has(nameOf(key)))',
    replace: 'for (const key of former) if (found.size < 0)',
    tests: ofTampering,
  },
  {
    rule: 'R14',
    out: 'remembers no rows of the states on the way',
    file: refold,
    find: 'if (changed) remember()',
    replace: 'if (!changed) remember()',
    tests: ofTampering,
  },
  {
    rule: 'R14',
    out: 'compares rows of a feed with nothing',
    file: look,
    find: 'await onFeed(pending)\n        pending = []',
    replace: 'pending = []',
    tests: ofVerify,
  },
  {
    rule: 'R14',
    out: 'leaves out the last rows of a feed',
    file: look,
    find: 'if (pending.length > 0) await onFeed(pending)',
    replace: '',
    tests: ofTampering,
  },
  {
    rule: 'R14',
    out: 'puts rows of a feed also where nobody asked for a repair',
    file: verifyStream,
    find: 'if (!repair || !(await putAll(missing, rows, clock))) return false',
    replace: 'if (!(await putAll(missing, rows, clock))) return false',
    tests: ofVerify,
  },
  {
    rule: 'R14',
    out: 'catches up also where nobody asked for a repair',
    file: verifyStream,
    find: 'if (repair && !tried && isBehind(seen))',
    replace: 'if (!tried && isBehind(seen))',
    tests: ofVerify,
  },
  {
    rule: 'R14',
    out: 'calls behind what is on its way',
    file: verifyStream,
    find: '< deliveryMs\n',
    replace: '< 0\n',
    tests: ofVerify,
  },
  {
    rule: 'R14',
    out: 'takes a counter for different although streams that count there moved',
    file: verifyCounters,
    find: '(before.get(key)?.of ?? 0) === (after.get(key)?.of ?? 0)',
    replace: "key !== ''",
    tests: ofCounters,
  },
  {
    rule: 'R14',
    out: 'takes every stream that moved for one that counts',
    file: refold,
    find: 'counts(counter, `${stream}/${event.version}`)',
    replace: 'counts(counter, `${stream}/${commit.version}/${until}`)',
    tests: ofCounters,
  },
  {
    rule: 'R14',
    out: 'forgets counters that are there and that nobody counts in any more',
    file: verifyCounters,
    find: 'new Set([...before.keys(), ...found.keys()])',
    replace: 'new Set([...before.keys()])',
    tests: ofCounters,
  },
  {
    rule: 'R14',
    out: 'adds up what some streams count for where others cannot be folded',
    file: 'projections/rebuild/verification/verify.ts',
    find: 'return unknown ? undefined : sums',
    replace: 'return sums',
    tests: ofVerify,
  },
  {
    rule: 'R14',
    out: 'walks over the beginning of a stream only, where it goes over a page',
    file: walk,
    find: 'whole: next?.stream !== name',
    replace: 'whole: true',
    tests: ofWalk,
  },
  {
    rule: 'R14',
    out: 'walks twice over a stream that goes over a page',
    file: walk,
    find: 'if (name !== before && isStreamName(name))',
    replace: 'if (isStreamName(name))',
    tests: ofWalk,
  },
  {
    rule: 'R14',
    out: 'gives up a walk for a page that did not come',
    file: 'projections/rebuild/walk/retry-unavailable.ts',
    find: '!isUnavailable(error) || attempt === maxAttempts',
    replace: 'error !== undefined',
    tests: ofWalk,
  },
  {
    rule: 'R14',
    out: 'scans whatever replica answers',
    file: scan,
    find: 'ConsistentRead: true',
    replace: 'ConsistentRead: false',
    tests: ['test/projections/rebuild/walk/dynamo-commit-scan.test.ts'],
  },
]
