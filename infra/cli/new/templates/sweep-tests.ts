import type { NewSweep } from './sweep.ts'

interface SweepTest extends NewSweep {
  /** The event of a creation. */
  readonly created: { readonly type: string; readonly data: object }
}

export const decisionTestOf = ({
  name,
  feature,
  command,
  emits,
  created,
}: SweepTest) => `import { describe, it } from 'vitest'
import type { ${feature.pascal}Event } from '../../../domain/${feature.kebab}/events.ts'
import { ${feature.camel}, ${name.camel}Actor } from '../../../domain/${feature.kebab}/${feature.kebab}.ts'
import { givenOf } from '../../kit/given.ts'

const given = givenOf(${feature.camel})
const created: ${feature.pascal}Event = ${JSON.stringify(created)}
const emitted: ${feature.pascal}Event = { type: '${emits}', data: {} }
/** A time at which it is due. */
const now = Date.parse('2999-01-01T00:00:00.000Z')
const command = { type: '${command.kebab}', actorId: ${name.camel}Actor, now } as const

describe('${command.kebab}', () => {
  it('emits ${emits}, although its actor owns nothing', () => {
    given(created).when(command).then(emitted)
  })

  it('emits nothing when it is repeated', () => {
    given(created, emitted).when(command).thenNothing()
  })

  it('emits nothing before the creation', () => {
    given().when(command).thenNothing()
  })
})
`

export const sweepTestOf = ({ name, feature, version, constant, command, emits, created }: SweepTest) => {
  const stream = `${feature.camel}-`
  return `import { describe, expect, it } from 'vitest'
import type { EventStore } from '../../../domain/kernel/event-store.ts'
import { Problem } from '../../../domain/kernel/problem.ts'
import { streamName } from '../../../domain/kernel/stream.ts'
import { rowItem } from '../../../projections/engine/projection.ts'
import { createReadable } from '../../../projections/generations/listed-generations.ts'
import { createMemoryGenerationLists } from '../../../projections/generations/memory-generation-lists.ts'
import { create${name.pascal}List } from '../../../projections/${feature.kebab}/${name.kebab}.ts'
import { ${constant}, ${name.camel}Partition } from '../../../projections/${feature.kebab}/v${version}/projection.ts'
import { versions } from '../../../projections/versions.ts'
import { ${name.camel}Handler } from '../../../workflows/${feature.kebab}/${name.kebab}.ts'
import { readSide } from '../../kit/memory/read-side.ts'
import { lambdaContext } from '../../kit/memory/requests.ts'

const created = ${JSON.stringify(created)}
const due = '2999-01-01T00:00:00.000Z'

/** A sweep over stores in memory. \`broken\` streams cannot be loaded. */
function setUp() {
  const { store, rows, clock, append, table } = readSide()
  const lists = createMemoryGenerationLists()
  const broken = new Set<string>()
  const lines: { message: unknown; extra: unknown }[] = []
  const log = (message: unknown, ...[extra]: unknown[]) => void lines.push({ message, extra })
  const load: EventStore['load'] = async (stream, ...rest) => {
    if (broken.has(stream)) throw new Problem('unavailable', 'Broken.')
    return store.load(stream, ...rest)
  }
  const sweep = ${name.camel}Handler({
    store: { ...store, load },
    list: create${name.pascal}List(versions, rows, lists, clock),
    clock,
    logger: { info: log, error: log },
  })
  return {
    broken,
    lines,
    sweepAt: (time: string, context = lambdaContext) => {
      clock.setNow(Date.parse(time))
      return sweep(undefined, context)
    },
    /** Creates a stream, and its row in a shard. */
    async add(id: string, shard = 0) {
      const stream = streamName('${feature.camel}', id)
      await append(stream, created)
      const { live } = await createReadable(versions, lists, clock)()
      const row = { partition: ${name.camel}Partition(shard), sort: due, data: {} }
      await rows.put([rowItem(live(${constant}.name).id, stream, row)])
    },
    eventsOf: (id: string) =>
      table
        .all()
        .filter(({ pk }) => pk === \`${stream}\${id}\`)
        .flatMap(({ events }) => (JSON.parse(String(events)) as { type: string }[]).map(({ type }) => type)),
  }
}

describe('${name.words}', () => {
  it('sends ${command.kebab} to what is due in every shard, once', async () => {
    const { add, sweepAt, eventsOf } = setUp()
    await add('1', 0)
    await add('2', 7)
    await sweepAt('2998-12-31T23:59:59.999Z')
    expect(eventsOf('1')).toEqual(['${created.type}'])
    await sweepAt('2999-01-01T00:05:00.000Z')
    // The rows are still there.
    await sweepAt('2999-01-01T00:10:00.000Z')
    for (const id of ['1', '2']) expect(eventsOf(id)).toEqual(['${created.type}', '${emits}'])
  })

  it('tries a stream that fails again in the next run, and the others now', async () => {
    const { add, sweepAt, eventsOf, broken, lines } = setUp()
    await add('1')
    await add('2')
    broken.add('${stream}1')
    await expect(sweepAt('2999-01-01T00:05:00.000Z')).rejects.toThrow('1 commands failed')
    const extra = expect.objectContaining({ stream: '${stream}1' })
    expect(lines).toContainEqual({ message: '${command.words} failed', extra })
    expect(eventsOf('2')).toContain('${emits}')
    broken.clear()
    await sweepAt('2999-01-01T00:10:00.000Z')
    expect(eventsOf('1')).toContain('${emits}')
  })

  it('leaves the rest to the next run if its time is short', async () => {
    const { add, sweepAt, eventsOf } = setUp()
    await add('1')
    await sweepAt('2999-01-01T00:05:00.000Z', { ...lambdaContext, getRemainingTimeInMillis: () => 15_000 })
    expect(eventsOf('1')).toEqual(['${created.type}'])
    await sweepAt('2999-01-01T00:10:00.000Z')
    expect(eventsOf('1')).toContain('${emits}')
  })
})
`
}

export const sweepExpectedOf = ({
  name,
  feature,
}: NewSweep) => `import { add${name.pascal}, add${name.pascal}Data } from '../../../../infra/stack/${feature.kebab}/${name.kebab}.ts'
import { type ExpectedFunction, eventStore } from '../expected.ts'
import type { OptionalPart } from '../optional-part.ts'

export const ${name.camel}Function: ExpectedFunction = {
  name: '${name.pascal}',
  bundle: '${name.kebab}',
  seconds: 240,
  environment: { [eventStore]: 'EventStore', READ_MODEL_TABLE: 'ReadModel' },
  grants: {
    'EventStore.Arn': 'dynamodb: PutItem Query',
    'ReadModel.Arn': 'dynamodb: BatchGetItem Query',
    '${name.pascal}Failures.Arn': 'sqs: SendMessage',
  },
}

export const ${name.camel}Part: OptionalPart = {
  name: '${name.kebab}',
  add: ({ data, service, stage, bundles, writeSide, readSide }) =>
    add${name.pascal}(service, { bundles, stage, writeSide, readSide, data: add${name.pascal}Data(data) }),
  marks: ['${name.pascal}', '${name.kebab}'],
}
`
