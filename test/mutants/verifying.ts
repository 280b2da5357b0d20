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

/** Mutants of the rules of verification. */
export const verifying: readonly Mutant[] = [
  {
    rule: 'R14',
    out: 'treats a stream without a guard as one without events',
    file: verifyStream,
    find: 'return versionOf(seen) < seen.folded.end',
    replace: 'return seen.guard !== undefined && versionOf(seen) < seen.folded.end',
    tests: ofVerify,
  },
  {
    rule: 'R14',
    out: 'skips streams that have no guard',
    file: verifyStream,
    find: "else if (version < end) findings.push(one('behind', stuck))",
    replace: "else if (version < end && guard !== undefined) findings.push(one('behind', stuck))",
    tests: ofVerify,
  },
  {
    rule: 'R14',
    out: 'compares even if the guard moved while the rows were read',
    file: look,
    find: 'isDeepStrictEqual(guard, after.guard) ?',
    replace: 'after !== undefined ?',
    tests: ofVerify,
  },
  {
    rule: 'R14',
    out: 'compares with the fold of the whole stream instead of the fold up to the guard',
    file: look,
    find: 'pending.push(...fold.take(commit, until))',
    replace: 'pending.push(...fold.take(commit, Number.POSITIVE_INFINITY))',
    tests: ofVerify,
  },
  {
    rule: 'R14',
    out: 'does not compare the state',
    file: look,
    find: 'if (!sameJson(guard.state, fold.state()))',
    replace: 'if (guard.state === undefined)',
    tests: ofTampering,
  },
  {
    rule: 'R14',
    out: 'does not look for rows that earlier states have left',
    file: look,
    find: 'for (const key of former) if (found.has(nameOf(key)))',
    replace: 'for (const key of former) if (found.size < 0)',
    tests: ofTampering,
  },
  {
    rule: 'R14',
    out: 'does not collect the rows of the states on the way',
    file: refold,
    find: 'if (changed) remember()',
    replace: 'if (!changed) remember()',
    tests: ofTampering,
  },
  {
    rule: 'R14',
    out: 'does not compare rows of a feed',
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
    out: 'puts rows of a feed even if no repair was requested',
    file: verifyStream,
    find: 'if (!repair || !(await putAll(missing, rows, clock))) return false',
    replace: 'if (!(await putAll(missing, rows, clock))) return false',
    tests: ofVerify,
  },
  {
    rule: 'R14',
    out: 'catches up even if no repair was requested',
    file: verifyStream,
    find: 'if (repair && !tried && isBehind(seen))',
    replace: 'if (!tried && isBehind(seen))',
    tests: ofVerify,
  },
  {
    rule: 'R14',
    out: 'reports events that are still under way as behind',
    file: verifyStream,
    find: '< deliveryMs\n',
    replace: '< 0\n',
    tests: ofVerify,
  },
  {
    rule: 'R14',
    out: 'reports a counter as different although streams that count there moved',
    file: verifyCounters,
    find: '(before.get(key)?.of ?? 0) === (after.get(key)?.of ?? 0)',
    replace: "key !== ''",
    tests: ofCounters,
  },
  {
    rule: 'R14',
    out: 'treats every stream that moved as one that counts',
    file: refold,
    find: 'counts(counter, `${stream}/${event.version}`)',
    replace: 'counts(counter, `${stream}/${commit.version}/${until}`)',
    tests: ofCounters,
  },
  {
    rule: 'R14',
    out: 'forgets stored counters in which no stream counts any more',
    file: verifyCounters,
    find: 'new Set([...before.keys(), ...found.keys()])',
    replace: 'new Set([...before.keys()])',
    tests: ofCounters,
  },
  {
    rule: 'R14',
    out: 'adds up the counts of some streams although others cannot be folded',
    file: 'projections/rebuild/verification/verify.ts',
    find: 'return unknown ? undefined : sums',
    replace: 'return sums',
    tests: ofVerify,
  },
  {
    rule: 'R14',
    out: 'walks only the beginning of a stream that spans pages',
    file: walk,
    find: 'whole: next?.stream !== name',
    replace: 'whole: true',
    tests: ofWalk,
  },
  {
    rule: 'R14',
    out: 'walks a stream twice if it spans pages',
    file: walk,
    find: 'if (name !== before && isStreamName(name))',
    replace: 'if (isStreamName(name))',
    tests: ofWalk,
  },
  {
    rule: 'R14',
    out: 'gives up a walk after one failed page',
    file: 'projections/rebuild/walk/retry-unavailable.ts',
    find: '!isUnavailable(error) || attempt === maxAttempts',
    replace: 'error !== undefined',
    tests: ofWalk,
  },
  {
    rule: 'R14',
    out: 'scans with eventually consistent reads',
    file: scan,
    find: 'ConsistentRead: true',
    replace: 'ConsistentRead: false',
    tests: ['test/projections/rebuild/walk/dynamo-commit-scan.test.ts'],
  },
]
