import type { Mutant } from './rules.ts'

const execute = 'commands/execution/execute.ts'
const decision = 'commands/execution/decision.ts'
const commitItem = 'commands/event-store/commit-item.ts'
const commitTable = 'commands/event-store/dynamo-commit-table.ts'
const commandId = 'commands/execution/command-id.ts'
const reservations = 'commands/event-store/dynamo-reservations.ts'
const codec = 'domain/kernel/codec.ts'

const onDynamoDb = ['test/commands/event-store/dynamo-event-store.test.ts']
const ofExecute = ['test/commands/execution/execute.test.ts']
const ofSnapshots = ['test/commands/execution/snapshots.test.ts']
const ofIds = ['test/commands/http/handle-command.test.ts']
const ofCodec = ['test/domain/kernel/codec.test.ts']
const ofReservations = ['test/commands/execution/reservations.test.ts']
const ofForwarder = ['test/projections/publishing/forwarder.test.ts']

/** Mutants of the rules for deciding a command and for reading its commit. */
export const deciding: readonly Mutant[] = [
  {
    rule: 'W5',
    out: 'looks at the expected version before the command id',
    file: execute,
    find: 'if (earlier !== undefined) return',
    replace:
      'if (earlier !== undefined && (execution.expectedVersion ?? loaded.head.version) === loaded.head.version) return',
    tests: ofExecute,
  },
  {
    rule: 'W5',
    out: 'decides before it looks at the command id',
    file: execute,
    find: 'if (earlier !== undefined) return',
    replace:
      'if (earlier !== undefined && aggregate.decide(execution.command, loaded.commits.flatMap((one) => [...aggregate.events.decodeCommit(one)]).reduce<State>(aggregate.evolve, aggregate.initial))) return',
    tests: ofExecute,
  },
  {
    rule: 'W5',
    out: 'decides before it looks at the expected version',
    file: decision,
    find: 'expectedVersion !== undefined &&',
    replace: 'aggregate.decide(command, state) && expectedVersion !== undefined &&',
    tests: ofExecute,
  },
  {
    rule: 'W5',
    out: 'does not look at the expected version',
    file: decision,
    find: 'expectedVersion !== head.version &&',
    replace: 'expectedVersion < 0 &&',
    tests: ofExecute,
  },
  {
    rule: 'W5',
    out: 'reports the version to a stranger',
    file: decision,
    find: 'aggregate.knownTo(state, command.actorId)',
    replace: 'command.actorId',
    tests: ofExecute,
  },
  {
    rule: 'W6',
    out: 'does not compare the body',
    file: execute,
    find: 'digest !== ',
    replace: "digest === '' && digest !== ",
    tests: ofExecute,
  },
  {
    rule: 'W6',
    out: 'the command id does not contain the person',
    file: commandId,
    find: "idOf(['command', actorId, name, key])",
    replace: "idOf(['command', name, key])",
    tests: ofIds,
  },
  {
    rule: 'W6',
    out: 'the command id does not contain the name of the command',
    file: commandId,
    find: "idOf(['command', actorId, name, key])",
    replace: "idOf(['command', actorId, key])",
    tests: ofIds,
  },
  {
    rule: 'W6',
    out: 'the parts of a command id are joined without a separator',
    file: commandId,
    find: "hash('sha256', JSON.stringify(parts)",
    replace: "hash('sha256', parts.join('')",
    tests: ofIds,
  },
  {
    rule: 'W6',
    out: 'the digest of a body depends on the order of its fields',
    file: commandId,
    find: "idOf(['body', canonical(body)])",
    replace: "idOf(['body', JSON.stringify(body)])",
    tests: ofIds,
  },
  {
    rule: 'W6',
    out: 'a repeated creation gets a new id each time',
    file: commandId,
    find: "idOf(['created', commandId])",
    replace: "idOf(['created', commandId, crypto.randomUUID()])",
    tests: ofIds,
  },
  {
    rule: 'W6',
    out: 'all commands without a key share a command id',
    file: 'commands/http/handle-command.ts',
    find: 'idempotencyKeyOf(request) ?? randomUUID()',
    replace: "idempotencyKeyOf(request) ?? ''",
    tests: ['test/commands/http/command-api.test.ts'],
  },
  {
    rule: 'W6',
    out: 'decides a repeated creation again if its commit is far back',
    file: execute,
    find: 'execution.creates &&',
    replace: '!execution.creates &&',
    tests: ofSnapshots,
  },
  {
    rule: 'W7',
    out: 'uses a snapshot of another fold',
    file: commitItem,
    find: 'fold !== wanted ||',
    replace: '',
    tests: ofSnapshots,
  },
  {
    rule: 'W7',
    out: 'fails at a snapshot that cannot be read',
    file: commitItem,
    find: '  } catch {\n    return undefined',
    replace: '  } catch (error) {\n    throw error',
    tests: ['test/commands/event-store/memory-event-store.test.ts'],
  },
  {
    rule: 'W7',
    out: 'folds events onto a snapshot that already contains them',
    file: 'commands/execution/cached-state.ts',
    find: 'if (snapshot !== undefined && commit.version <= snapshot.version) continue',
    replace: '',
    tests: ofSnapshots,
  },
  {
    rule: 'W7',
    out: 'skips an event of an unknown type',
    file: codec,
    find: 'if (version < from) continue',
    replace: 'if (version < from || !Object.hasOwn(definitions, stored.type)) continue',
    tests: ofCodec,
  },
  {
    rule: 'W7',
    out: 'skips an event of a schema from the future',
    file: codec,
    find: 'if (version < from) continue',
    replace:
      'if (version < from || stored.schema > (definitions[stored.type]?.schema ?? stored.schema)) continue',
    tests: ofCodec,
  },
  {
    rule: 'W7',
    out: 'reads a schema from the future as the newest',
    file: codec,
    find: ' || stored.schema > definition.schema',
    replace: '',
    tests: ofCodec,
  },
  {
    rule: 'W7',
    out: 'finds event types under the names that every object has',
    file: codec,
    find: 'Object.hasOwn(definitions, type) ? definitions[type] : undefined',
    replace: 'definitions[type]',
    tests: ofCodec,
  },
  {
    rule: 'W7',
    out: 'the projector skips an event that it cannot fold',
    file: 'projections/engine/step.ts',
    find: 'return { version, state, feed, counters, failure }',
    replace:
      'const last = commits.at(-1)\n    return { version: last ? last.version + last.events.length - 1 : version, state, feed, counters }',
    tests: ['test/projections/engine/catch-up.test.ts'],
  },
  {
    rule: 'W7',
    out: 'the projector starts from the beginning if it cannot read a state',
    file: 'projections/engine/catch-up.ts',
    find: 'if (parsed.success) return parsed.data',
    replace: "if (parsed.success || json !== '') return parsed.data ?? projection.initial",
    tests: ['test/projections/engine/catch-up.test.ts'],
  },
  {
    rule: 'W7',
    out: 'the forwarder skips an event that it cannot read',
    file: 'projections/publishing/plan.ts',
    find: 'return version < before ? { events, poison: { version, error, type } } : { events }',
    replace: 'return { events }',
    tests: ofForwarder,
  },
  {
    rule: 'W8',
    out: 'looks at the reasons of the reservations before the reason of the commit',
    file: commitTable,
    find: 'if (ofCommit?.Item !== undefined)',
    replace: 'if (ofCommit?.Item !== undefined && !ofReservations.some(isRefused))',
    tests: onDynamoDb,
  },
  {
    rule: 'W8',
    out: 'reports a taken key although the commit itself was in conflict',
    file: commitTable,
    find: "(ofCommit.Code ?? 'None') === 'None' && ",
    replace: '',
    tests: onDynamoDb,
  },
  {
    rule: 'W8',
    out: 'releases a recomputed key instead of the stored one',
    file: 'test/kit/fleet/voyage.ts',
    find: "[{ set: 'ship', key: state.ship.shipKey }]",
    replace: '[shipReservation(state.ship.ship)]',
    tests: ofReservations,
  },
  {
    rule: 'W8',
    out: 'takes a key even if another stream holds it',
    file: reservations,
    find: 'Put: { ...free,',
    replace: 'Put: { TableName: tableName,',
    tests: onDynamoDb,
  },
  {
    rule: 'W8',
    out: 'releases a key even if another stream holds it',
    file: reservations,
    find: 'Delete: { ...free,',
    replace: 'Delete: { TableName: tableName,',
    tests: onDynamoDb,
  },
  {
    rule: 'W8',
    out: 'refuses a stream the key that it holds itself',
    file: reservations,
    find: "ConditionExpression: 'attribute_not_exists(pk) OR #stream = :stream'",
    replace: "ConditionExpression: 'attribute_not_exists(pk) OR (#stream <> :stream AND #stream = :stream)'",
    tests: onDynamoDb,
  },
  {
    rule: 'W8',
    out: 'releases a key that the stream still holds',
    file: 'domain/kernel/reservation.ts',
    find: 'release: without(before, after)',
    replace: 'release: before',
    tests: ofReservations,
  },
]
