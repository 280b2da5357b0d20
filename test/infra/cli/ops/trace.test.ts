import { describe, expect, it } from 'vitest'
import type { Options } from '../../../../infra/cli/ops/command.ts'
import type { FunctionLine, Period } from '../../../../infra/cli/ops/trace/logs.ts'
import { stepOf } from '../../../../infra/cli/ops/trace/step.ts'
import { trace } from '../../../../infra/cli/ops/trace.ts'
import { planned, renamed } from '../../../kit/fleet/stored-history.ts'
import { opsSide } from '../../../kit/memory/ops.ts'
import { ample } from '../../../kit/memory/read-side.ts'
import { newCommit } from '../../../kit/stores/commits.ts'

const correlationId = '1d0f7c52-5d5c-4c1e-9d53-0d4a3f1b2c11'
const id = '9a54'
const stream = `voyage-${id}` as const
const at = '2026-01-01T00:00:00.000Z'
const day = Date.parse(at)

/** A line as Powertools writes it, some milliseconds after the request arrived. */
const line = (functionName: string, ms: number, fields: Record<string, unknown>): FunctionLine => ({
  functionName,
  at: day + ms + 5,
  text: JSON.stringify({ level: 'INFO', timestamp: new Date(day + ms).toISOString(), ...fields }),
})

/** The recorded lines of a command whose mail is throttled, fails, and is sent. */
const recorded: readonly FunctionLine[] = [
  line('SendMail', 9000, {
    message: 'reacted',
    reaction: 'plan-mail',
    event: `${stream}/1`,
    correlationId,
    outcome: 'sent',
    repeated: false,
  }),
  line('SendMail', 700, {
    message: 'reaction is postponed',
    reaction: 'plan-mail',
    event: `${stream}/1`,
    correlationId,
    reason: 'SES accepts no more mail now: TooManyRequestsException',
  }),
  line('SendMail', 710, {
    message: 'event is postponed',
    queue: 'annals-dev-data-SendMailQueue1A2B3C4D-xYz12',
    event: `${stream}/1`,
    correlationId,
    delaySeconds: 5,
  }),
  line('SendMail', 6000, {
    level: 'ERROR',
    message: 'reaction failed',
    reaction: 'plan-mail',
    event: `${stream}/1`,
    correlationId,
    error: { name: 'Problem', code: 'unavailable', message: 'No answer.' },
  }),
  line('Projector', 300, {
    message: 'projected',
    generation: 'voyages.v1.1',
    stream,
    version: 1,
    correlationIds: ['another', correlationId],
  }),
  line('Forwarder', 400, {
    level: 'ERROR',
    message: 'stream is parked',
    stream,
    version: 1,
    reason: 'The event does not fit.',
    correlationIds: [correlationId],
  }),
  line('CommandApi', 42, {
    message: 'request',
    method: 'POST',
    route: 'POST /commands/{name}',
    command: 'plan-voyage',
    stream,
    version: 1,
    status: 200,
    ms: 40,
    correlationId,
  }),
  line('Pictures', 500, { message: 'step done', step: 'draw', voyageId: id }),
  line('Pictures', 501, { message: 'step done', step: 'draw', voyageId: id, correlationId: 'another' }),
  { functionName: 'SendMail', at: day + 8000, text: `REPORT RequestId: ${correlationId} Duration: 3 ms\n` },
]

/** A stream with two commits, the first of which belongs to the request, and the recorded lines. */
async function traceSide(lines: readonly FunctionLine[] = recorded) {
  const { store, run, parked } = opsSide()
  for (const commit of [
    { at: new Date(day + 30).toISOString(), events: [planned], correlationId },
    { at: new Date(day + 60_000).toISOString(), events: [renamed('Globe')], correlationId: 'another' },
  ])
    await store.append((await store.load(stream, ample)).head, newCommit(commit), ample)
  const periods: Period[] = []
  const functionLogs = async () => ({
    async find(phrase: string, period: Period) {
      periods.push(period)
      return lines.filter(({ text }) => text.includes(phrase))
    },
  })
  const traced = (operands: readonly string[], options: Options = {}) =>
    run(trace, operands, options, { functionLogs })
  return { traced, periods, parked }
}

const period = { from: '2026-01-01', to: '2026-01-02' }

describe('trace', () => {
  it('shows the path of a request from its arrival to its mail, in order and with times', async () => {
    const { traced } = await traceSide()
    const { json, failed } = await traced([correlationId], period)
    const mail = { component: 'SendMail', what: `plan-mail ${stream}/1` }
    expect(json).toMatchObject({
      correlationId,
      streams: [stream],
      steps: [
        {
          component: 'CommandApi',
          what: 'POST plan-voyage',
          outcome: '200 in 40 ms',
          at: '2026-01-01T00:00:00.002Z',
        },
        {
          component: 'event store',
          what: `commit ${stream}`,
          outcome: 'version 1: VoyagePlanned',
          offsetMs: 28,
        },
        { component: 'Projector', what: `project voyages.v1.1 ${stream}`, outcome: 'done at version 1' },
        {
          component: 'Forwarder',
          what: `forward ${stream}`,
          outcome: 'PARKED after version 1 The event does not fit.',
          failed: true,
        },
        { component: 'Pictures', what: 'draw', outcome: 'done', offsetMs: 498 },
        {
          ...mail,
          outcome: 'postponed: SES accepts no more mail now: TooManyRequestsException',
          failed: false,
        },
        { component: 'SendMail', what: `SendMailQueue ${stream}/1`, outcome: 'postponed for 5 s' },
        { ...mail, outcome: 'reaction failed unavailable: No answer.', failed: true },
        { component: 'SendMail', what: expect.stringMatching(/^REPORT .* ms$/) },
        { ...mail, outcome: 'sent', offsetMs: 8998, failed: false },
      ],
      parked: [],
    })
    expect(failed).toBe(false)
  })

  it('prints a line per step with its offset, and marks failures and streams that are parked now', async () => {
    const { traced, parked } = await traceSide()
    await parked.move(stream, undefined, { version: 2, error: 'It does not fit.', at })
    const { text } = await traced([correlationId], period)
    expect(text?.split('\n')[0]).toBe(`${correlationId} from 2026-01-01T00:00:00.002Z`)
    expect(text).toMatch(/\+0 ms +CommandApi +POST plan-voyage +200 in 40 ms\n/)
    expect(text).toMatch(/\+5998 ms +SendMail +plan-mail voyage-9a54\/1 +FAILED: reaction failed unavailable/)
    expect(text).toMatch(/PARKED NOW +forwarder +voyage-9a54 +after version 1: It does not fit\.$/)
  })

  it('begins at an event, and searches from a minute before its commit', async () => {
    const { traced, periods } = await traceSide()
    const { json } = await traced([], { event: `${stream}/1` })
    expect(json).toMatchObject({ correlationId, streams: [stream] })
    expect(periods[0]?.from).toBe(day + 30 - 60_000)
    const { json: other } = await traced([], { event: `${stream}/2` })
    expect(other).toMatchObject({ correlationId: 'another' })
  })

  it('shows the commit of an event even if no log line is left', async () => {
    const { traced } = await traceSide([])
    expect(await traced([], { event: `${stream}/2` })).toMatchObject({
      failed: false,
      json: { steps: [{ component: 'event store', outcome: 'version 2: VoyageRenamed' }] },
    })
  })

  it('searches the last day, or the period of the options', async () => {
    const { traced, periods } = await traceSide()
    await traced([correlationId], period)
    expect(periods[0]).toEqual({ from: day, to: day + 86_400_000 })
    await traced(['unknown'])
    const last = periods.at(-1)
    expect((last?.to ?? 0) - (last?.from ?? 0)).toBe(86_400_000 + 60_000)
  })

  it('fails if nothing is logged, and says how to search further', async () => {
    const { traced } = await traceSide()
    expect(await traced(['unknown'], period)).toMatchObject({
      failed: true,
      text: expect.stringContaining('--from TIME searches earlier logs'),
      json: { steps: [] },
    })
  })

  it.each([
    [[], {}, 'give one CORRELATION_ID, or --event STREAM/VERSION'],
    [['a'], { event: 'voyage-1/1' }, 'not both'],
    [[], { event: 'voyage-1' }, 'give a stream and a version'],
    [[], { event: 'voyage-1/7' }, 'there is no readable event voyage-1/7'],
    [['a'], { from: '2026-01-02', to: '2026-01-01' }, '--from is not before --to'],
  ])('of %j with %j explains the mistake', async (operands, options, message) => {
    const { traced } = await traceSide()
    await expect(traced(operands, options)).rejects.toThrow(message)
  })
})

describe('a line of an unknown kind', () => {
  it('is shown with its message and its fields', () => {
    expect(stepOf(line('Any', 5, { message: 'stored', key: 'a', size: 3, requestId: 'x' }))).toMatchObject({
      what: 'stored key=a size=3',
      outcome: '',
    })
  })
})
