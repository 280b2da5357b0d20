import { EventBridgeClient, PutEventsCommand, type PutEventsRequestEntry } from '@aws-sdk/client-eventbridge'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { AwsError } from '../../../../../infra/local/gateway/aws-service.ts'
import { compileInput } from '../../../../../infra/local/services/eventbridge/input.ts'
import { type EventBuses, openEventBuses } from '../../../../../infra/local/services/eventbridge/service.ts'
import { nameRule } from '../../../../../infra/local/services/eventbridge/template.ts'
import type { Queue } from '../../../../../infra/local/services/sqs/queue.ts'
import {
  closeAfter,
  dataDir,
  lines,
  log,
  region,
  serve,
  withDataDir,
} from '../../../../kit/local-cloud/local-service.ts'

const arn = 'arn:aws:events:eu-west-1:000000000000:rule/Annals/Welcome'
const functionArn = 'arn:aws:lambda:eu-west-1:000000000000:function:Welcome'
const queueArn = 'arn:aws:sqs:eu-west-1:000000000000:DeadLetters'
const target = { Arn: functionArn, Id: 'Target0', DeadLetterConfig: { Arn: queueArn } }
const rule = {
  EventBusName: 'Annals',
  EventPattern: { 'detail-type': ['user-registered'] },
  State: 'ENABLED',
  Targets: [target],
}
const invoke = vi.fn<(targetArn: string, input: unknown, id: string) => void>()
const send = vi.fn<Queue['send']>()
let events: EventBuses
let client: EventBridgeClient

withDataDir()
beforeEach(async () => {
  invoke.mockReset()
  send.mockReset()
  await open()
})

/** Opens the data folder as the local cloud does when it starts. */
async function open(over: object = {}, retryDelaysMs: readonly number[] = [0]): Promise<void> {
  events = openEventBuses({
    region,
    dataDir,
    invoke,
    log,
    retryDelaysMs,
    rules: [{ arn, name: 'Welcome', properties: { ...rule, ...over } }],
    findQueue: (found) => ({ arn: found, url: '', send }),
  })
  closeAfter(events.close)
  client = new EventBridgeClient(await serve(events.service))
}

const entry: PutEventsRequestEntry = {
  EventBusName: 'Annals',
  Source: 'annals',
  DetailType: 'user-registered',
  Detail: '{"name":"ann"}',
}
const put = (...Entries: PutEventsRequestEntry[]) => client.send(new PutEventsCommand({ Entries }))
const delivered = () => vi.waitFor(() => expect(invoke).toHaveBeenCalled())

describe('an event', () => {
  it('reaches the target of a matching rule, in its envelope', async () => {
    const { Entries = [], FailedEntryCount } = await put({
      ...entry,
      Resources: ['arn:one'],
      Time: new Date('2026-01-02T03:04:05.678Z'),
    })
    await delivered()
    expect(FailedEntryCount).toBe(0)
    expect(invoke).toHaveBeenCalledTimes(1)
    expect(invoke.mock.calls[0]?.slice(0, 2)).toEqual([
      functionArn,
      {
        version: '0',
        id: Entries[0]?.EventId,
        'detail-type': 'user-registered',
        source: 'annals',
        account: '000000000000',
        time: '2026-01-02T03:04:05Z',
        region: 'eu-west-1',
        resources: ['arn:one'],
        detail: { name: 'ann' },
      },
    ])
  })

  it('has the time of its arrival unless it names one', async () => {
    await put(entry)
    await delivered()
    expect(invoke.mock.calls[0]?.[1]).toMatchObject({ time: expect.stringMatching(/T\d\d:\d\d:\d\dZ$/) })
  })

  it.each([
    ['the name of its bus', 'Annals'],
    ['the ARN of its bus', 'arn:aws:events:eu-west-1:000000000000:event-bus/Annals'],
  ])('finds its rules by %s', async (_, EventBusName) => {
    await put({ ...entry, EventBusName })
    await delivered()
  })

  it.each([
    ['does not match', { DetailType: 'user-deleted' }],
    ['is for another bus', { EventBusName: 'default' }],
    ['is for a bus that does not exist', { EventBusName: 'Other' }],
  ])('that %s is accepted and reaches no target', async (_, over) => {
    expect(await put({ ...entry, ...over })).toMatchObject({ FailedEntryCount: 0 })
    await put(entry)
    await delivered()
    expect(invoke).toHaveBeenCalledTimes(1)
  })

  it('does not reach a disabled rule', async () => {
    await open({ State: 'DISABLED' })
    await put(entry)
    await open()
    await put(entry)
    await delivered()
    expect(invoke).toHaveBeenCalledTimes(1)
  })
})

describe('PutEvents', () => {
  it.each([
    [
      'no source',
      { Source: undefined },
      'InvalidArgument',
      'Parameter Source is not valid. Reason: Source is a required argument.',
    ],
    [
      'no detail type',
      { DetailType: '' },
      'InvalidArgument',
      'Parameter DetailType is not valid. Reason: DetailType is a required argument.',
    ],
    [
      'no detail',
      { Detail: undefined },
      'InvalidArgument',
      'Parameter Detail is not valid. Reason: Detail is a required argument.',
    ],
    ['a detail that is not JSON', { Detail: '{' }, 'MalformedDetail', 'Detail is malformed.'],
    ['a detail that is not an object', { Detail: '[1]' }, 'MalformedDetail', 'Detail is malformed.'],
    ['a text as its detail', { Detail: '"text"' }, 'MalformedDetail', 'Detail is malformed.'],
  ])('accepts the other entries if one has %s', async (_, over, ErrorCode, ErrorMessage) => {
    const answer = await put(entry, { ...entry, ...over })
    expect(answer).toMatchObject({
      FailedEntryCount: 1,
      Entries: [{ EventId: expect.any(String) }, { ErrorCode, ErrorMessage }],
    })
    await delivered()
    expect(invoke).toHaveBeenCalledTimes(1)
  })

  it.each([
    ['eleven entries', Array<PutEventsRequestEntry>(11).fill(entry), /Entries/],
    ['no entry', [], /Entries/],
    [
      'more than 1 MB',
      Array<PutEventsRequestEntry>(2).fill({
        ...entry,
        Detail: JSON.stringify({ text: 'é'.repeat(262_200) }),
      }),
      /^Total size of the entries in the request is over the limit\.$/,
    ],
  ])('refuses %s as a whole', async (_, entries, message) => {
    await expect(put(...entries)).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringMatching(message),
    })
    expect(invoke).not.toHaveBeenCalled()
  })

  it('accepts ten entries that have 1 MB together', async () => {
    const rest = 1024 * 1024 - 10 * 'annalsuser-registered{"text":""}'.length
    const large = { ...entry, Detail: JSON.stringify({ text: 'x'.repeat(Math.floor(rest / 10)) }) }
    expect(await put(...Array<PutEventsRequestEntry>(10).fill(large))).toMatchObject({ FailedEntryCount: 0 })
  })

  it('needs the permission on each bus', () => {
    const body = Buffer.from(JSON.stringify({ Entries: [entry, { ...entry, EventBusName: undefined }] }))
    const bus = 'arn:aws:events:eu-west-1:000000000000:event-bus'
    expect(events.service.permissions({ operation: 'PutEvents', body, headers: {} })).toEqual([
      { action: 'events:PutEvents', resource: `${bus}/Annals` },
      { action: 'events:PutEvents', resource: `${bus}/default` },
    ])
  })
})

describe('a delivery', () => {
  const fail = (error: Error) =>
    invoke.mockImplementation(() => {
      throw error
    })
  const deadLetter = async () => {
    await vi.waitFor(() => expect(send).toHaveBeenCalled())
    expect(send).toHaveBeenCalledTimes(1)
    return send.mock.calls[0]
  }

  it('that fails is repeated', async () => {
    invoke.mockImplementationOnce(() => {
      throw new Error('busy')
    })
    await put(entry)
    await vi.waitFor(() => expect(invoke).toHaveBeenCalledTimes(2))
    expect(send).not.toHaveBeenCalled()
  })

  it('has the id of its event and one of its own, the same in each attempt and after a restart', async () => {
    fail(new Error('busy'))
    await open(
      {
        Targets: [
          { ...target, Id: 'Target0' },
          { ...target, Id: 'Target1' },
        ],
      },
      [0, 100_000],
    )
    const { Entries = [] } = await put(entry)
    await vi.waitFor(() => expect(invoke).toHaveBeenCalledTimes(4))
    await events.close()
    const ids = [...new Set(invoke.mock.calls.map(([, , id]) => id))]
    expect(ids).toHaveLength(2)
    for (const id of ids) expect(id).toMatch(new RegExp(`^${Entries[0]?.EventId}_[0-9a-f-]{36}$`))
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 100_001 })
    await open(
      {
        Targets: [
          { ...target, Id: 'Target0' },
          { ...target, Id: 'Target1' },
        ],
      },
      [0, 100_000],
    )
    await vi.waitFor(() => expect(invoke).toHaveBeenCalledTimes(6))
    vi.useRealTimers()
    expect(new Set(invoke.mock.calls.map(([, , id]) => id)).size).toBe(2)
  })

  it('that fails 186 times moves to the dead-letter queue, with the reason', async () => {
    fail(new Error('busy'))
    await put(entry)
    const [body, attributes] = (await deadLetter()) ?? []
    expect(JSON.parse(String(body))).toMatchObject({ source: 'annals', detail: { name: 'ann' } })
    expect(attributes).toEqual({
      RULE_ARN: arn,
      TARGET_ARN: functionArn,
      ERROR_CODE: 'ERROR_FROM_TARGET',
      ERROR_MESSAGE: 'busy',
      RETRY_ATTEMPTS: '185',
      EXHAUSTED_RETRY_CONDITION: 'MaximumRetryAttempts',
    })
    expect(invoke).toHaveBeenCalledTimes(186)
  })

  it('is tried as often as the template says', async () => {
    fail(new Error('busy'))
    await open({ Targets: [{ ...target, RetryPolicy: { MaximumRetryAttempts: 1 } }] })
    await put(entry)
    expect((await deadLetter())?.[1]).toMatchObject({ RETRY_ATTEMPTS: '1' })
    expect(invoke).toHaveBeenCalledTimes(2)
  })

  it('is given up if its next try would exceed its maximum age', async () => {
    fail(new Error('busy'))
    await open({ Targets: [{ ...target, RetryPolicy: { MaximumEventAgeInSeconds: 60 } }] }, [61_000])
    await put(entry)
    expect((await deadLetter())?.[1]).toMatchObject({
      EXHAUSTED_RETRY_CONDITION: 'MaximumEventAgeInSeconds',
      RETRY_ATTEMPTS: '0',
    })
  })

  it('to a missing target is not repeated', async () => {
    fail(new AwsError('ResourceNotFoundException', 'Function not found'))
    await put(entry)
    expect((await deadLetter())?.[1]).toEqual({
      RULE_ARN: arn,
      TARGET_ARN: functionArn,
      RETRY_ATTEMPTS: '0',
      ERROR_CODE: 'NO_RESOURCE',
      ERROR_MESSAGE: 'Function not found',
    })
    expect(invoke).toHaveBeenCalledTimes(1)
  })

  it('with an input that is not valid JSON is not made', async () => {
    const InputTransformer = { InputPathsMap: { name: '$.detail.name' }, InputTemplate: '"Hello, <name>"' }
    await open({ Targets: [{ ...target, InputTransformer }] })
    await put({ ...entry, Detail: JSON.stringify({ name: 'the "ann"' }) })
    expect((await deadLetter())?.[1]).toMatchObject({ ERROR_CODE: 'INVALID_JSON', RETRY_ATTEMPTS: '0' })
    expect(invoke).not.toHaveBeenCalled()
  })

  it('that is given up is logged if there is no dead-letter queue', async () => {
    fail(new AwsError('ResourceNotFoundException', 'Function not found'))
    await open({ Targets: [{ Arn: functionArn, Id: 'Target0' }] })
    await put(entry)
    await vi.waitFor(() =>
      expect(lines.join()).toMatch(/Target0 did not get event [0-9a-f-]{36}: NO_RESOURCE Function not found/),
    )
    expect(send).not.toHaveBeenCalled()
  })

  it('that was accepted is made after a restart', async () => {
    await events.close()
    await put(entry)
    expect(invoke).not.toHaveBeenCalled()
    await open()
    await delivered()
  })

  it('that was made is not repeated after a restart', async () => {
    await put(entry)
    await delivered()
    await events.close()
    await open()
    await put({ ...entry, Detail: '{"name":"bob"}' })
    await vi.waitFor(() => expect(invoke).toHaveBeenCalledTimes(2))
    expect(invoke.mock.calls[1]?.[1]).toMatchObject({ detail: { name: 'bob' } })
  })
})

describe('a rule', () => {
  it.each([
    [{ ScheduleExpression: 'rate(1 day)' }, 'Welcome.ScheduleExpression is not modelled'],
    [{ Targets: [{ ...target, SqsParameters: {} }] }, 'Welcome.Targets.SqsParameters is not modelled'],
    [{ EventPattern: {} }, 'Event pattern is not valid'],
  ])('is refused by name if it has %j', async (over, message) => {
    await expect(open(over)).rejects.toThrow(message)
  })

  it.each([
    ['of a bus', { EventBusName: 'Annals' }, 'Annals/Stack-Rule', 'Annals|Stack-Rule'],
    ['of the default bus', {}, 'Stack-Rule', 'Stack-Rule'],
    ['with a name', { Name: 'Welcome', EventBusName: 'Annals' }, 'Annals/Welcome', 'Annals|Welcome'],
  ])('%s is named like in CloudFormation', (_, properties, path, Ref) => {
    const names = nameRule({ region, prefix: 'Stack' }, 'Rule', properties)
    expect(names).toMatchObject({ Ref, Arn: `arn:aws:events:eu-west-1:000000000000:rule/${path}` })
  })
})

describe("a target's input", () => {
  /** The example from "Input transformation" in the EventBridge user guide. */
  const event = {
    version: '0',
    id: '7bf73129-1428-4cd3-a780-95db273d1602',
    'detail-type': 'EC2 Instance State-change Notification',
    source: 'aws.ec2',
    account: '123456789012',
    time: '2015-11-11T21:29:54Z',
    region: 'us-east-1',
    resources: ['arn:aws:ec2:us-east-1:123456789012:instance/i-abcd1111'],
    detail: { 'instance-id': 'i-0123456789', state: 'RUNNING', empty: null },
  }
  const example = { arn: 'arn:aws:events:us-east-2:123456789012:rule/example', name: 'example' }
  const InputPathsMap = {
    timestamp: '$.time',
    instance: '$.detail.instance-id',
    state: '$.detail.state',
    resource: '$.resources[0]',
    detail: '$.detail',
    nothing: '$.detail.nothing',
    empty: '$.detail.empty',
  }
  const { detail, 'detail-type': detailType, ...withoutDetail } = event
  const transform = (InputTemplate: string) =>
    compileInput({ Id: 'Target0', InputTransformer: { InputPathsMap, InputTemplate } }, example)(
      event,
      'just now',
    )

  it.each<[string, string, unknown]>([
    ['a simple string', '"instance <instance> is in <state>"', 'instance i-0123456789 is in RUNNING'],
    [
      'a string with escaped quotes',
      '"instance \\"<instance>\\" is in <state>"',
      'instance "i-0123456789" is in RUNNING',
    ],
    [
      'simple JSON',
      '{ "instance" : <instance>, "state": <state> }',
      { instance: 'i-0123456789', state: 'RUNNING' },
    ],
    [
      'JSON with strings and variables',
      '{"instance": <instance>, "state": "<state>", "instanceStatus": "instance \\"<instance>\\" is in <state>"}',
      {
        instance: 'i-0123456789',
        state: 'RUNNING',
        instanceStatus: 'instance "i-0123456789" is in RUNNING',
      },
    ],
    [
      'JSON with variables and static information',
      '{"instance": <instance>, "state": [ 9, <state>, true ], "Transformed": "Yes"}',
      { instance: 'i-0123456789', state: [9, 'RUNNING', true], Transformed: 'Yes' },
    ],
    [
      'reserved variables in JSON',
      '{"ruleArn": <aws.events.rule-arn>, "ruleName": <aws.events.rule-name>, "at": <aws.events.event.ingestion-time>}',
      { ruleArn: example.arn, ruleName: 'example', at: 'just now' },
    ],
    ['reserved variables in a string', '"<aws.events.rule-name> triggered"', 'example triggered'],
    ['the whole event', '{"event": <aws.events.event.json>}', { event }],
    [
      'the event without its detail',
      '{"event": <aws.events.event>}',
      { event: { ...withoutDetail, detailType } },
    ],
    ['an object', '{"detail": <detail>}', { detail }],
    ['an element', '{"resource": <resource>}', { resource: event.resources[0] }],
    ['a variable with a missing path', '{"a": <nothing>, "b": "<nothing>!"}', { a: '', b: '!' }],
    ['a variable that is null', '{"a": <empty>}', { a: null }],
    ['brackets without a variable', '"{[/ 1 < 2 > 0 <state>"', '{[/ 1 < 2 > 0 RUNNING'],
  ])('is made from %s', (_, template, expected) => {
    expect(transform(template)).toEqual(expected)
  })

  it.each([
    [
      'a variable that is not defined',
      '"<other>"',
      'InputTemplate for target Target0 contains invalid placeholder other.',
    ],
    ['a text without quotes', 'instance <instance>', 'a text needs quotes'],
  ])('is refused for %s', (_, template, message) => {
    expect(() => transform(template)).toThrow(message)
  })

  it.each([
    ['$', event],
    ['$.detail', detail],
    ['$.detail.state', 'RUNNING'],
    ['$.resources[0]', event.resources[0]],
    ['$.nothing', null],
  ])('is the value at the path %s', (InputPath, expected) => {
    expect(compileInput({ InputPath }, example)(event, '')).toEqual(expected)
  })

  it('is refused because of an unmodelled path', () => {
    expect(() => compileInput({ InputPath: '$.detail.*' }, example)).toThrow('$.detail.* is not modelled')
  })

  it('is refused if there are two ways to make it', () => {
    const both = { Id: 'Target0', InputPath: '$', InputTransformer: { InputTemplate: '""' } }
    expect(() => compileInput(both, example)).toThrow('Only one of Input, InputPath, or InputTransformer')
  })
})
