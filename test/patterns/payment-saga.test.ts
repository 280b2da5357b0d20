import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stateNow } from '../../commands/execution/current-state.ts'
import { StatesError } from '../../infra/local/index.ts'
import { runStates } from '../kit/local-cloud/state-machine.ts'
import { ample } from '../kit/memory/read-side.ts'
import { at, bookingBackend } from './backend.ts'
import { booking } from './booking.ts'
import { paymentSaga } from './payment-saga.ts'
import { paymentSteps, stepInput } from './payment-steps.ts'
import type { Payments } from './payments.ts'

const { States } = paymentSaga('steps')

/** A booking of ann, and a service that takes money. */
async function setUp({ declines = false } = {}) {
  const all = bookingBackend()
  const { store, clock, table } = all
  const times = { startsAt: at('01-10 09:00'), endsAt: at('01-10 10:00'), now: clock.now() }
  await all.execute('1', { type: 'create-booking', actorId: 'ann', name: 'Sprint', roomId: 'blue', ...times })
  const paid = new Map<string, 'charged' | 'refunded'>()
  const payments: Payments = {
    async charge(key) {
      if (declines) return 'declined'
      if (!paid.has(key)) paid.set(key, 'charged')
      return 'charged'
    },
    async refund(key) {
      if (paid.has(key)) paid.set(key, 'refunded')
    },
  }
  const step = paymentSteps({ store, payments, clock })
  const tasks: string[] = []
  /** Runs the saga. `fault` decides for each task whether it fails before or after its work. */
  const run = (fault: (task: string) => 'none' | 'before' | 'after' = () => 'none', kills: number[] = []) => {
    const invoke = async (_: string, payload: unknown) => {
      const input = stepInput.parse(payload)
      tasks.push(input.step)
      const wrong = fault(input.step)
      if (wrong === 'before') throw new StatesError('Runtime.ExitError', '{}')
      const outcome = await step(input, ample)
      if (wrong === 'after') throw new StatesError('Sandbox.Timedout', '{}')
      return outcome
    }
    return runStates(States, { input: { detail: { data: { bookingId: '1' } } }, invoke, kills })
  }
  const stateOf = async () => (await stateNow(booking, '1', store, ample)).state
  return { ...all, run, tasks, paid, stateOf, slots: () => table.reserved().length }
}

describe('the payment of a booking', () => {
  // #region test
  it('is undone in the opposite order if a step fails in every try', async () => {
    const { run, tasks, paid, stateOf, slots } = await setUp()
    const { outcome } = await run((step) => (step === 'confirm' ? 'before' : 'none'))
    expect(outcome.status).toBe('SUCCEEDED')
    expect(tasks).toEqual(['charge', 'confirm', 'confirm', 'confirm', 'confirm', 'reject', 'refund'])
    expect(await stateOf()).toMatchObject({ status: 'archived', confirmed: false })
    expect(paid.get('1')).toBe('refunded')
    expect(slots()).toBe(0)
  })
  // #endregion test

  it('confirms the booking', async () => {
    const { run, tasks, paid, stateOf } = await setUp()
    await run()
    expect(tasks).toEqual(['charge', 'confirm'])
    expect(await stateOf()).toMatchObject({ status: 'active', confirmed: true })
    expect(paid.get('1')).toBe('charged')
  })

  it('releases the room if it is declined, and says why', async () => {
    const { run, table, paid, stateOf, slots } = await setUp({ declines: true })
    await run()
    expect(await stateOf()).toMatchObject({ status: 'archived' })
    expect(table.all().at(-1)?.events).toContain('The payment was declined.')
    expect(paid.size).toBe(0)
    expect(slots()).toBe(0)
  })

  it.each([
    ['charge', undefined],
    ['confirm', 'refunded'],
  ] as const)('keeps nothing for a booking that is archived before the task %s', async (task, left) => {
    const { run, execute, paid } = await setUp()
    let tries = 0
    const { outcome } = await run((step) => {
      if (step !== task || tries++ > 0) return 'none'
      void execute('1', { type: 'archive-booking', actorId: 'ann' })
      return 'before'
    })
    expect(outcome.status).toBe('SUCCEEDED')
    expect(paid.get('1')).toBe(left)
  })

  it('fails loudly if it cannot be undone', async () => {
    const { run } = await setUp({ declines: true })
    const { outcome } = await run((step) => (step === 'reject' ? 'before' : 'none'))
    expect(outcome.status).toBe('FAILED')
  })
})

describe('whatever happens to two runs for one booking', () => {
  const fault = fc.constantFrom('none', 'none', 'none', 'before', 'after', 'dead')
  const scenario = fc.record({
    faults: fc.array(fault, { maxLength: 10 }),
    kills: fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 2 }),
  })

  it('the money is kept if the booking is confirmed, and given back otherwise', async () => {
    const ends = new Set<string>()
    await fc.assert(
      fc.asyncProperty(fc.tuple(scenario, scenario), fc.boolean(), async (scenarios, archives) => {
        const { run, execute, stateOf, paid, slots } = await setUp()
        const runs = scenarios.map(({ faults, kills }) => {
          let tasks = 0
          return run((step) => {
            const wrong = faults[tasks++] ?? 'none'
            // The steps that undo others succeed in the end.
            if (wrong !== 'dead') return wrong
            return step === 'reject' || step === 'refund' ? 'none' : 'before'
          }, kills)
        })
        if (archives) void execute('1', { type: 'archive-booking', actorId: 'ann' })
        const outcomes = await Promise.all(runs)
        if (outcomes.some(({ outcome }) => outcome.status !== 'SUCCEEDED')) return

        const state = await stateOf()
        if (state.status === 'none') throw new Error('there is a booking')
        expect(paid.get('1') ?? 'refunded').toBe(state.confirmed ? 'charged' : 'refunded')
        expect(state.status === 'active').toBe(slots() > 0)
        ends.add(`${state.status} ${state.confirmed}`)
      }),
      { numRuns: 100 },
    )
    // A test that never reached one of them would prove nothing about it.
    expect([...ends].sort()).toEqual(expect.arrayContaining(['active true', 'archived false']))
  })
})
