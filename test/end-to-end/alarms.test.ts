import { PutItemCommand } from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest'
import { toItem } from '../../commands/event-store/commit-item.ts'
import { wrecked } from '../kit/fleet/history.ts'
import { declared, declaredOf } from '../kit/local-cloud/declared-resources.ts'
import { type RunningCloud, runLocalCloud } from '../kit/local-cloud/local-cloud.ts'
import { signUp } from '../kit/people/person.ts'
import { newCommit } from '../kit/stores/commits.ts'
import { eventStoreTable } from '../kit/stores/event-store-table.ts'

let running: RunningCloud
const soon = { timeout: 20_000, interval: 50 }

beforeAll(async () => {
  running = await runLocalCloud()
})
afterAll(() => running.close())

/** The JSON lines of a function, without those that are no JSON. */
function linesOf(name: string): Record<string, unknown>[] {
  return running.lines.flatMap((line) => {
    const [source = '', ...rest] = line.split(' ')
    const text = rest.join(' ')
    return source.startsWith(name) && text.startsWith('{') ? [JSON.parse(text)] : []
  })
}

/** The value of a metric that the filters of the template count in the lines of the functions. */
function counted(metric: string): number {
  const filters = declaredOf('AWS::Logs::MetricFilter').filter(({ Properties }) =>
    JSON.stringify(Properties['MetricTransformations']).includes(`"${metric}"`),
  )
  return filters.flatMap(({ Properties }) => {
    const function_ = String(Properties['LogGroupName']).replace(/Log$/, '')
    const matches = matcherOf(String(Properties['FilterPattern']))
    return linesOf(function_).filter(matches)
  }).length
}

/** Reads a pattern such as `{ ($.level = "ERROR") && ($.message = "x") }`. */
function matcherOf(pattern: string): (line: Record<string, unknown>) => boolean {
  const parts = [...pattern.matchAll(/\$\.(\w+) = "([^"]*)"/g)]
  expect(parts.length).toBeGreaterThan(1)
  return (line) => parts.every(([, field = '', value]) => line[field] === value)
}

/** The sum of a metric that functions write in the embedded metric format. */
function written(name: string, metric: string): number {
  return linesOf(name).reduce((sum, line) => {
    if (!('_aws' in line) || !(metric in line)) return sum
    expect(JSON.stringify(line['_aws'])).toContain('"Namespace":"Annals/dev","Dimensions":[["service"]]')
    return sum + Number(line[metric])
  }, 0)
}

const threshold = (alarm: string) => Number(declared(alarm).Properties['Threshold'])

const put = (stream: `${string}-${string}`, events: readonly (typeof wrecked)[], version = 1) => {
  const { config, cloud } = running
  const { client, TableName } = eventStoreTable({
    assembly: inject('assembly'),
    endpoint: cloud.awsUrl,
    region: config.region,
  })
  const commit = newCommit({ events: [...events] })
  return client.send(
    new PutItemCommand({ TableName, Item: marshall(toItem({ ...commit, stream, version })) }),
  )
}

describe('a failure raises the value that its alarm waits for', () => {
  it('a stream that is parked', async () => {
    expect(counted('ParkedStreams')).toBe(0)
    await put('user-poison', [wrecked])
    await vi.waitFor(
      () => expect(counted('ParkedStreams')).toBeGreaterThanOrEqual(threshold('ProjectorParkedStreamsAlarm')),
      soon,
    )
  })

  it('a commit that is changed', async () => {
    expect(counted('ChangedCommits')).toBe(0)
    await put('user-poison', [wrecked, wrecked])
    await vi.waitFor(
      () =>
        expect(counted('ChangedCommits')).toBeGreaterThanOrEqual(threshold('ProjectorChangedCommitsAlarm')),
      soon,
    )
  })
})

describe('the functions write their metrics', () => {
  it('for commands of every outcome, starts, and the lag of the read models', async () => {
    const ann = await signUp(running.config)
    expect((await ann.command('change-profile', { name: 'Anna' })).status).toBe(200)
    expect((await ann.command('change-profile', { name: '' })).status).toBe(400)
    expect(written('CommandApi', 'EventsAppended')).toBe(1)
    expect(written('CommandApi', 'CommandsRejected')).toBe(1)
    expect(written('CommandApi', 'ColdStarts')).toBeGreaterThanOrEqual(1)
    await vi.waitFor(() => {
      expect(written('Projector', 'ProjectionLag')).toBeGreaterThan(0)
      const reactions = linesOf('SendMail').filter((line) => 'ReactionsFailed' in line)
      expect(reactions).toContainEqual(
        expect.objectContaining({ ReactionsFailed: 0, reaction: 'welcome-email' }),
      )
    }, soon)
  })

  it('for a command that DynamoDB throttles in every attempt, and the log names its stream', async () => {
    const bob = await signUp(running.config)
    expect((await bob.command('change-profile', { name: 'Bobby' })).status).toBe(200)
    running.cloud.faults.next('throttle', { times: 1000, at: /^(PutItem|Query) CommandApi/ })
    expect((await bob.command('change-profile', { name: 'Robert' })).status).toBe(503)
    running.cloud.faults.calm()
    expect(written('CommandApi', 'CommandsFailed')).toBe(1)
    const throttled = linesOf('CommandApi').filter(({ message }) => message === 'call was throttled')
    expect(throttled.length).toBeGreaterThan(1)
    expect(throttled).toContainEqual(
      expect.objectContaining({
        level: 'WARN',
        stream: expect.stringMatching(/^user-/),
        reason: 'ThrottlingException',
      }),
    )
  })
})
