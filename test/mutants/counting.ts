import type { Mutant } from './rules.ts'

const catchUp = 'projections/engine/catch-up.ts'
const step = 'projections/engine/step.ts'
const counters = 'projections/engine/counters.ts'
const rowStore = 'projections/engine/dynamo-row-store.ts'

const ofWideEvents = ['test/projections/engine/wide-events.test.ts']
const ofDelivery = ['test/properties/delivery.test.ts']
const onDynamoDb = ['test/projections/engine/dynamo-row-store.test.ts']

/** Mutants of the rules for changes that exceed one write, and for counters that streams share. */
export const counting: readonly Mutant[] = [
  {
    rule: 'R5',
    out: 'finishes a partly written event together with later events',
    file: step,
    find: 'let most = from.written > 0 ? 1 : atMost',
    replace: 'let most = atMost',
    tests: ofWideEvents,
  },
  {
    rule: 'R5',
    out: 'reports fewer changes than it has written of an event',
    file: step,
    find: 'const written = from.written + put.length + remove.length',
    replace: 'const written = from.written + 1',
    tests: ofWideEvents,
  },
  {
    rule: 'R5',
    out: 'adds to the counters with every part',
    file: step,
    find: 'return { ...nothing, put, remove, to: { ...from, written } }',
    replace:
      'return { ...nothing, counters: rest.counters.slice(0, 1), put: put.slice(0, 98), remove, to: { ...from, written } }',
    tests: ofWideEvents,
  },
  {
    rule: 'R5',
    out: 'skips one change after each part',
    file: step,
    find: 'return { ...change, put: put.slice(written),',
    replace: 'return { ...change, put: put.slice(written > 0 ? written + 1 : 0),',
    tests: ofWideEvents,
  },
  {
    rule: 'R5',
    out: 'does not remove the rows that no longer exist',
    file: step,
    find: 'remove: remove.slice(Math.max(0, written - put.length))',
    replace: 'remove: written > 0 ? [] : remove',
    tests: ofWideEvents,
  },
  {
    rule: 'R5',
    out: 'keeps the count of written changes when the event is done',
    file: step,
    find: 'to: { version, state, written: 0 }, failure }',
    replace: 'to: { version, state, written: from.written }, failure }',
    tests: ofWideEvents,
  },
  {
    rule: 'R5',
    out: 'writes an event again from its first part, whatever is written',
    file: catchUp,
    find: 'written: guard.written ?? 0 }',
    replace: 'written: 0 }',
    tests: ofWideEvents,
  },
  {
    rule: 'R5',
    out: 'the store moves a part that another writer has moved',
    file: rowStore,
    find: "ConditionExpression: '#version = :version AND #written = :written'",
    replace: "ConditionExpression: '#version = :version AND #written <= :written'",
    tests: onDynamoDb,
  },
  {
    rule: 'R5',
    out: 'the store moves a guard past a partly written event',
    file: rowStore,
    find: "const there = '#version = :version AND attribute_not_exists(#written)'",
    replace: "const there = '#version = :version OR attribute_not_exists(#written)'",
    tests: onDynamoDb,
  },
  {
    rule: 'R5',
    out: 'the store forgets the count of written changes when it reads the guard',
    file: rowStore,
    find: 'written: z.optional(z.number()),',
    replace: '',
    tests: onDynamoDb,
  },
  {
    rule: 'R5',
    out: 'writes the rows of a feed after the guard',
    file: catchUp,
    find: "const fed = feed.length === 0 ? { outcome: 'put', cost: noCost } : await rows.put(feed)",
    replace: "const fed = { outcome: 'put', cost: noCost }\n  setImmediate(() => rows.put(feed))",
    tests: ['test/projections/engine/feeds.test.ts'],
  },
  {
    rule: 'R5',
    out: 'continues although rows of a feed may be missing',
    file: catchUp,
    find: "if (fed.outcome === 'again') return",
    replace: "if (fed.outcome === 'never') return",
    tests: ['test/projections/engine/feeds.test.ts'],
  },
  {
    rule: 'R1',
    out: 'does not subtract the amounts of the former state',
    file: step,
    find: 'sumUp([...takenBack,',
    replace: 'sumUp([',
    tests: ofDelivery,
  },
  {
    rule: 'R1',
    out: 'leaves out the permanent amounts of an event',
    file: step,
    find: ', ...counted(counters)])',
    replace: '])',
    tests: ofDelivery,
  },
  {
    rule: 'R10',
    out: 'a released projection counts on another day',
    file: 'projections/engine/daily-counter.ts',
    find: "at.slice(0, 'YYYY-MM-DD'.length)",
    replace: "at.slice(0, 'YYYY-MM'.length)",
    tests: ['test/projections/released.test.ts'],
  },
  {
    rule: 'R10',
    out: 'a stream subtracts from a different shard than it added to',
    file: counters,
    find: 'return hash % shards',
    replace: 'return (hash >>> 3) % shards',
    tests: ['test/projections/engine/counters.test.ts'],
  },
  {
    rule: 'R13',
    out: 'reads counters with eventually consistent reads',
    file: rowStore,
    find: "ConsistentRead: true,\n          KeyConditionExpression: 'PK = :pk AND SK BETWEEN",
    replace: "ConsistentRead: false,\n          KeyConditionExpression: 'PK = :pk AND SK BETWEEN",
    tests: onDynamoDb,
  },
]
