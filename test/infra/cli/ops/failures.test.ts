import { describe, expect, it } from 'vitest'
import { shortName } from '../../../../infra/cli/ops/failures/failed-work.ts'
import { failuresDiscard } from '../../../../infra/cli/ops/failures-discard.ts'
import { failuresList } from '../../../../infra/cli/ops/failures-list.ts'
import { failuresRetry } from '../../../../infra/cli/ops/failures-retry.ts'
import { failuresShow } from '../../../../infra/cli/ops/failures-show.ts'
import { arnOf, type MemoryMessage, memoryFailedWork } from '../../../kit/memory/failed-work.ts'
import { opsSide } from '../../../kit/memory/ops.ts'

const machine = 'arn:aws:states:eu-west-1:000000000000:stateMachine:Pipeline'
const at = Date.parse('2026-01-01T00:00:00.000Z')

/** An event of the bus that SQS moved here, because its reaction failed in every try. */
const event = (id: string, attributes: Record<string, string> = {}): MemoryMessage => ({
  id,
  sentAt: at,
  attributes,
  body: JSON.stringify({
    id: `delivery-${id}`,
    source: 'annals',
    'detail-type': 'VoyagePlanned',
    detail: { id: `voyage-${id}/1`, correlationId: `request-${id}` },
  }),
})

const undelivered = {
  RULE_ARN: 'arn:aws:events:eu-west-1:000000000000:rule/Events/mail',
  TARGET_ARN: arnOf('MailQueue'),
  ERROR_CODE: 'ERROR_FROM_TARGET',
  ERROR_MESSAGE: 'throttled',
  RETRY_ATTEMPTS: '3',
  EXHAUSTED_RETRY_CONDITION: 'MaximumRetryAttempts',
}

const uploaded: MemoryMessage = {
  id: 'file',
  attributes: { ...undelivered, TARGET_ARN: machine },
  body: JSON.stringify({
    id: 'delivery-file',
    source: 'aws.s3',
    'detail-type': 'Object Created',
    detail: { object: { key: 'incoming/1' } },
  }),
}

const invoked: MemoryMessage = {
  id: 'run',
  body: JSON.stringify({
    version: '1.0',
    requestContext: {
      functionArn: 'arn:aws:lambda:eu-west-1:000000000000:function:Invoices:$LATEST',
      condition: 'RetriesExhausted',
      approximateInvokeCount: 3,
    },
    requestPayload: { time: 'noon' },
    responseContext: { statusCode: 200, functionError: 'Unhandled' },
    responsePayload: { errorType: 'Problem', errorMessage: 'The store did not answer.' },
  }),
}

const scheduled = (over: Record<string, string> = {}): MemoryMessage => ({
  id: 'schedule',
  body: '{"time":"noon"}',
  attributes: {
    SCHEDULE_ARN: 'arn:aws:scheduler:eu-west-1:000000000000:schedule/default/Daily',
    TARGET_ARN: 'arn:aws:scheduler:::aws-sdk:lambda:invoke',
    IS_PAYLOAD_TRUNCATED: 'false',
    ERROR_CODE: 'AWS.Scheduler.InternalServerError',
    ERROR_MESSAGE: 'down',
    ...over,
  },
})

const records: MemoryMessage = {
  id: 'records',
  body: JSON.stringify({
    requestContext: {
      functionArn: 'arn:aws:lambda:eu-west-1:000000000000:function:Forwarder',
      condition: 'RetryAttemptsExhausted',
      approximateInvokeCount: 11,
    },
    DDBStreamBatchInfo: {
      batchSize: 2,
      approximateArrivalOfFirstRecord: '2026-01-01T10:00:00Z',
      approximateArrivalOfLastRecord: '2026-01-01T10:00:05Z',
    },
  }),
}

/** The queues of a stage with one message or more in each that an operator empties, and a function that runs a command. */
function failedSide(over: { readonly invoices?: readonly MemoryMessage[] } = {}) {
  const memory = memoryFailedWork([
    { name: 'MailQueue', redriveTo: 'MailFailures', messages: [event('waiting')] },
    { name: 'MailFailures', messages: [event('1'), event('2', undelivered), event('3')] },
    { name: 'ForwarderFailures', redriveTo: 'ForwarderDeadLetters', messages: [records] },
    { name: 'ForwarderDeadLetters', messages: [records] },
    { name: 'InvoicesFailures', messages: over.invoices ?? [invoked, scheduled()] },
    { name: 'PipelineFailures', messages: [uploaded] },
    { name: 'EmptyFailures' },
  ])
  const { run } = opsSide()
  const ops = { failedWork: async () => memory.work }
  return {
    ...memory,
    list: () => run(failuresList, [], {}, ops),
    show: (name: string) => run(failuresShow, [name], {}, ops),
    retry: (operands: readonly string[], all = false) =>
      run(failuresRetry, operands, all ? { all } : {}, ops),
    discard: (operands: readonly string[], options: { all?: boolean; reason?: string }) =>
      run(failuresDiscard, operands, options, ops),
  }
}

describe('failures list', () => {
  it('lists every queue with its messages, the oldest of those that people look at, and the meaning', async () => {
    const { json, text } = await failedSide().list()
    const since = new Date(at).toISOString()
    expect(json).toMatchObject([
      { queue: 'EmptyFailures', kind: 'work', messages: 0 },
      { queue: 'ForwarderDeadLetters', kind: 'records', messages: 1 },
      { queue: 'ForwarderFailures', kind: 'redriven', messages: 1 },
      { queue: 'InvoicesFailures', kind: 'work', messages: 2 },
      { queue: 'MailFailures', kind: 'events', messages: 3, oldest: since },
      { queue: 'MailQueue', kind: 'waiting', messages: 1 },
      { queue: 'PipelineFailures', kind: 'work', messages: 1 },
    ])
    expect(text).toContain(
      'failures show MailFailures; remove the cause, then: failures retry MailFailures --all',
    )
    expect(text).not.toContain('failures show MailQueue')
    expect(text).not.toContain('failures show EmptyFailures')
  })

  it('takes no message of a queue that a function empties', async () => {
    const { work, list } = failedSide()
    const visited: string[] = []
    const { visit } = work
    work.visit = (queue, visitor) => {
      visited.push(queue.name)
      return visit(queue, visitor)
    }
    await list()
    expect(visited).toEqual(['ForwarderDeadLetters', 'InvoicesFailures', 'MailFailures', 'PipelineFailures'])
  })
})

describe('failures show', () => {
  it('shows events with their ids, the reason of EventBridge, or the log that has the reason', async () => {
    const { show, idsIn } = failedSide()
    expect((await show('MailFailures')).json).toMatchObject([
      {
        id: '1',
        at: '2026-01-01T00:00:00.000Z',
        attempts: 60,
        subject: 'VoyagePlanned',
        event: 'voyage-1/1',
        correlationId: 'request-1',
        reason: 'failed in every try; the log of Mail has the error',
      },
      { id: '2', attempts: 4, reason: 'ERROR_FROM_TARGET: throttled (MaximumRetryAttempts)' },
      { id: '3' },
    ])
    expect(idsIn('MailFailures')).toEqual(['1', '2', '3'])
  })

  it('shows the work of functions, of schedules, of the pipeline and of the stream', async () => {
    const { show } = failedSide()
    expect((await show('InvoicesFailures')).json).toMatchObject([
      { kind: 'invocation', attempts: 3, reason: 'RetriesExhausted: Problem The store did not answer.' },
      { kind: 'schedule', subject: 'Daily', reason: 'AWS.Scheduler.InternalServerError: down' },
    ])
    expect((await show('PipelineFailures')).json).toMatchObject([
      { subject: 'Object Created', event: 'delivery-file' },
    ])
    expect((await show('ForwarderDeadLetters')).json).toMatchObject([
      { kind: 'records', attempts: 11, reason: 'RetryAttemptsExhausted' },
    ])
    expect((await show('EmptyFailures')).text).toBe('EmptyFailures has no message.')
  })

  it('refuses a queue that a function empties, because a look would use up tries', async () => {
    await expect(failedSide().show('MailQueue')).rejects.toThrow(/^MailQueue has events for Mail/)
    await expect(failedSide().show('Mail')).rejects.toThrow('there is no queue Mail: choose one of Empty')
  })
})

describe('failures retry', () => {
  it('sends an event to the queue of its reaction and only then deletes the message', async () => {
    const { retry, done, idsIn } = failedSide()
    expect(await retry(['MailFailures', '1'])).toMatchObject({
      json: [{ id: '1', outcome: 'retried', by: 'sent to MailQueue' }],
      failed: false,
    })
    expect(done).toEqual([
      ['send', 'MailQueue', event('1').body],
      ['delete', 'MailFailures', '1'],
    ])
    expect(idsIn('MailFailures')).toEqual(['2', '3'])
  })

  it('keeps a message whose retry was not accepted, and retries the others', async () => {
    const { retry, faults, idsIn } = failedSide()
    faults.push(new Error('refused'))
    expect(await retry(['MailFailures'], true)).toMatchObject({
      json: [
        { id: '1', outcome: 'kept', error: 'refused' },
        { id: '2', outcome: 'retried' },
        { id: '3', outcome: 'retried' },
      ],
      failed: true,
    })
    expect(idsIn('MailFailures')).toEqual(['1'])
  })

  it('says that the work was done if only the deletion failed, and may be repeated', async () => {
    const { retry, work, done } = failedSide()
    const { visit } = work
    let broken = true
    work.visit = (queue, visitor) =>
      visit(queue, (messages) =>
        visitor(
          messages.map((message) => ({
            ...message,
            delete: () => (broken ? Promise.reject(new Error('lost')) : message.delete()),
          })),
        ),
      )
    const failed = await retry(['PipelineFailures', 'file'])
    expect(failed).toMatchObject({ json: [{ outcome: 'kept', by: `started ${machine}`, error: 'lost' }] })
    expect(failed.text).toContain('RETRIED, BUT STILL IN THE QUEUE')
    broken = false
    await retry(['PipelineFailures', 'file'])
    const start = ['start', machine, 'retry-delivery-file', uploaded.body]
    expect(done).toEqual([start, start, ['delete', 'PipelineFailures', 'file']])
  })

  it('hands the first event of a failed invocation or run to the function again', async () => {
    const { retry, done, idsIn } = failedSide()
    await retry(['InvoicesFailures'], true)
    expect(done.filter(([what]) => what === 'invoke')).toEqual([
      ['invoke', 'arn:aws:lambda:eu-west-1:000000000000:function:Invoices', { time: 'noon' }],
      ['invoke', 'arn:aws:lambda:::function:Invoices', { time: 'noon' }],
    ])
    expect(idsIn('InvoicesFailures')).toEqual([])
  })

  it('keeps a run whose function does not exist', async () => {
    const { work } = memoryFailedWork([{ name: 'MissingFailures', messages: [scheduled()] }])
    const { json } = await opsSide().run(
      failuresRetry,
      ['MissingFailures'],
      { all: true },
      { failedWork: async () => work },
    )
    expect(json).toMatchObject([
      { outcome: 'kept', error: expect.stringContaining('the stage has no function Missing') },
    ])
  })

  it('keeps a run whose input was cut off', async () => {
    const { retry, done } = failedSide({ invoices: [scheduled({ IS_PAYLOAD_TRUNCATED: 'true' })] })
    expect(await retry(['InvoicesFailures'], true)).toMatchObject({
      failed: true,
      json: [{ error: expect.stringContaining('the next run of the schedule does the work') }],
    })
    expect(done).toEqual([])
  })

  it('names the command that replaces a retry of stream records', async () => {
    const { retry, done } = failedSide()
    expect(await retry(['ForwarderFailures'], true)).toMatchObject({
      failed: true,
      text: expect.stringContaining('ForwarderRedrive tries them again for a day. Nothing was done'),
    })
    expect(await retry(['ForwarderDeadLetters'], true)).toMatchObject({
      failed: true,
      json: [
        {
          outcome: 'kept',
          error:
            'type republish --from 2026-01-01T09:59:00.000Z --to 2026-01-01T10:00:06.000Z, then discard the messages',
        },
      ],
    })
    expect(done).toEqual([])
  })

  it('keeps a message that it does not know', async () => {
    const { retry } = failedSide({ invoices: [{ id: 'x', body: 'no JSON' }] })
    expect(await retry(['InvoicesFailures', 'x'])).toMatchObject({
      json: [{ outcome: 'kept', error: expect.stringContaining('discard it') }],
    })
  })

  it.each([
    [[], false, 'give one QUEUE, and a MESSAGE-ID or --all'],
    [['MailFailures'], false, 'give a MESSAGE-ID, or --all'],
    [['MailFailures', '1'], true, 'not both'],
    [['MailFailures', '9'], false, 'MailFailures has no message 9 now'],
    [['Nothing', '1'], false, 'there is no queue Nothing'],
  ])('of %j with --all %s explains the mistake', async (operands, all, message) => {
    await expect(failedSide().retry(operands, all)).rejects.toThrow(message)
  })
})

describe('failures discard', () => {
  it('deletes a message and records who deleted which work and why', async () => {
    const { discard, idsIn, done } = failedSide()
    const { json, told } = await discard(['MailFailures', '2'], { reason: ' a duplicate ' })
    expect(json).toMatchObject([{ id: '2', outcome: 'discarded', event: 'voyage-2/1' }])
    expect(told.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({
        message: 'failed work is discarded',
        operator: expect.stringMatching(/./),
        queue: 'MailFailures',
        reason: 'a duplicate',
        id: '2',
        event: 'voyage-2/1',
        correlationId: 'request-2',
        failedBecause: 'ERROR_FROM_TARGET: throttled (MaximumRetryAttempts)',
        body: event('2').body,
      }),
    ])
    expect(done).toEqual([['delete', 'MailFailures', '2']])
    expect(idsIn('MailFailures')).toEqual(['1', '3'])
  })

  it('deletes all messages of a queue', async () => {
    const { discard, idsIn } = failedSide()
    expect((await discard(['ForwarderDeadLetters'], { all: true, reason: 'republished' })).told).toHaveLength(
      1,
    )
    expect(idsIn('ForwarderDeadLetters')).toEqual([])
  })

  it('needs a reason, and leaves queues that a function empties', async () => {
    const { discard, done } = failedSide()
    await expect(discard(['MailFailures', '2'], { reason: ' ' })).rejects.toThrow('give --reason TEXT')
    await expect(discard(['MailQueue'], { all: true, reason: 'x' })).rejects.toThrow(
      'Leave its messages to it',
    )
    expect(done).toEqual([])
  })
})

describe('the name of a queue', () => {
  it.each([
    ['Annals-MailFailures1A2B3C4D', 'Annals-', 'MailFailures'],
    ['annals-dev-data-MailFailures1A2B3C4D-xYz123abcDEF', 'annals-dev-data-', 'MailFailures'],
    ['annals-dev-data-data-MailFailures1A2B3C4D-xYz123abcDEF', 'annals-dev-data-', undefined],
    ['another-queue', 'annals-dev-data-', undefined],
  ])('of %s in the stack %s is %s', (physical, prefix, name) => {
    expect(shortName(physical, prefix)).toBe(name)
  })
})
