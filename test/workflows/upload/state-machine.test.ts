import { describe, expect, it } from 'vitest'
import { StatesError } from '../../../infra/local/index.ts'
import { TooManyPixels } from '../../../workflows/upload/picture.ts'
import { taskSeconds, uploadPipeline } from '../../../workflows/upload/state-machine.ts'
import { runStates } from '../../kit/local-cloud/state-machine.ts'
import { faultsOf } from '../../kit/upload/asl-validity.ts'

const definition = uploadPipeline({ steps: 'steps', pictures: 'pictures' })
const input = { detail: { object: { key: 'incoming/u', etag: 'etag' } } }

interface Payload {
  readonly step: string
}

/**
 * Runs the pipeline, and returns the inputs of its steps. `at` may throw, or return how many seconds a try
 * of a step takes: none by default, and Infinity if it hangs.
 */
async function run(at: (step: string) => number | undefined) {
  const called: Payload[] = []
  const ran = await runStates(definition.States, {
    input,
    maxSeconds: definition.TimeoutSeconds,
    async invoke(_, payload, clock) {
      const one = payload as Payload // every task of the pipeline has a step as payload
      called.push(one)
      const seconds = at(one.step)
      if (seconds === Infinity) await new Promise(() => {})
      if (seconds !== undefined) await clock.sleep(seconds * 1000, new AbortController().signal)
      if (one.step === 'read-metadata') return { width: 4, height: 3 }
      return { outcome: one.step === 'close' ? 'ended' : 'go-on' }
    },
  })
  return { ...ran, called, closed: called.find(({ step }) => step === 'close') }
}

it('the upload pipeline is valid in the Amazon States Language', () => {
  expect(faultsOf(definition)).toBe('')
  const { Done: _, ...States } = definition.States
  expect(faultsOf({ ...definition, States })).toMatch(/MISSING_TRANSITION_TARGET/)
})

describe('a task that hangs', () => {
  const steps = [
    'validate',
    'reserve-quota',
    'read-metadata',
    'make-thumbnail',
    'record-metadata',
    'record-thumbnail',
    'complete',
  ]

  it.each(steps)('is stopped and closed within the time of the run: %s', async (hanging) => {
    const { outcome, called, closed, tookMs } = await run((step) => (step === hanging ? Infinity : undefined))
    expect(outcome).toMatchObject({ status: 'SUCCEEDED' })
    expect(called.filter(({ step }) => step === hanging)).toHaveLength(2)
    expect(closed).toMatchObject({ as: 'failed', cause: expect.stringMatching(/States.Timeout/) })
    expect(tookMs).toBeLessThan(100_000)
  })

  it('is closed in time even if every earlier task took the longest time in each of its tries', async () => {
    const tries = new Map<string, number>()
    const { outcome, closed, tookMs } = await run((step) => {
      const before = tries.get(step) ?? 0
      tries.set(step, before + 1)
      const byPictures = ['read-metadata', 'make-thumbnail'].includes(step)
      const most = byPictures ? taskSeconds.pictures : taskSeconds.steps
      // First every retry of an immediate error, then the longest time of a try.
      if (before < 3) throw new StatesError('Lambda.TooManyRequestsException', '{}')
      if (step === 'complete' || before === 3) return Infinity
      return most
    })
    expect(outcome).toMatchObject({ status: 'SUCCEEDED' })
    expect(closed).toMatchObject({ as: 'failed' })
    expect(tookMs).toBeLessThan(definition.TimeoutSeconds * 1000)
  })
})

it('a picture with too many pixels is not retried, and the reason has the numbers', async () => {
  const { message, name } = new TooManyPixels(300_000_000)
  expect(message).toMatch(/300 megapixels.* 250/)
  const { called, closed } = await run((step) => {
    if (step !== 'make-thumbnail') return undefined
    throw new StatesError(name, JSON.stringify({ errorType: name, errorMessage: message, trace: [] }))
  })
  expect(called.filter(({ step }) => step === 'make-thumbnail')).toHaveLength(1)
  expect(closed).toMatchObject({ as: 'rejected', reason: message })
})
