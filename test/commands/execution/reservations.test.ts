import { describe, expect, it } from 'vitest'
import { createEventStore } from '../../../commands/event-store/event-store.ts'
import { createMemoryCommitTable } from '../../../commands/event-store/memory-commit-table.ts'
import { execute } from '../../../commands/execution/execute.ts'
import type { UserEvent } from '../../../domain/user/events.ts'
import { type UserCommand, user } from '../../../domain/user/user.ts'
import { manualClock } from '../../kit/clocks/manual-clock.ts'
import { ample } from '../../kit/memory/read-side.ts'
import { newCommit } from '../../kit/stores/commits.ts'

function setUp() {
  const table = createMemoryCommitTable()
  const clock = manualClock()
  const store = createEventStore(table, clock)
  let made = 0
  const run = (actorId: string, command: Partial<UserCommand> & Pick<UserCommand, 'type'>) => {
    made += 1
    return execute(
      user,
      {
        stream: `user-${actorId}`,
        // Each test gives what its command needs.
        command: { actorId, ...command } as UserCommand,
        commandId: `run-${made}`,
        digest: 'digest',
        correlationId: 'correlation',
        causationId: 'causation',
      },
      { store, clock, deadline: ample },
    )
  }
  return { table, store, run }
}

const register = { type: 'register-user', email: 'Ann@example.com', name: 'Ann' } as const
const leave = { type: 'delete-account', hold: undefined } as const

describe('execute, for an aggregate that holds keys', () => {
  it('takes what a decision comes to hold, and leaves it while nothing of it changes', async () => {
    const { table, run } = setUp()
    const { cost } = await run('ann', register)
    expect(cost.writeUnits).toBe(4)
    expect(table.reserved()).toEqual([{ set: 'email', key: 'ann@example.com', stream: 'user-ann' }])
    expect((await run('ann', { type: 'change-profile', name: 'Annie' })).cost.writeUnits).toBe(1)
  })

  it('refuses what another holds by a rule of its own', async () => {
    const { table, run } = setUp()
    await run('ann', register)
    await expect(run('bob', { ...register, email: 'ann@EXAMPLE.com' })).rejects.toMatchObject({
      code: 'taken',
      rule: 'email-taken',
    })
    expect(table.all().map(({ pk }) => pk)).toEqual(['user-ann'])
  })

  it('releases what a decision gives up, for another to take', async () => {
    const { table, run } = setUp()
    await run('ann', register)
    await run('ann', leave)
    expect(table.reserved()).toEqual([])
    await run('bob', register)
    expect(table.reserved()).toMatchObject([{ stream: 'user-bob' }])
  })

  it('releases the key that the state holds, though it would be another by the rule of today', async () => {
    const { table, store, run } = setUp()
    const emailKey = 'EXAMPLE.COM/ann'
    const old: UserEvent = {
      type: 'UserRegistered',
      data: { email: 'Ann@example.com', emailKey, name: 'Ann' },
    }
    const { head } = await store.load('user-ann', ample)
    const take = [{ set: 'email', key: emailKey }]
    await store.append(head, newCommit({ events: [user.events.encode(old)] }), ample, {
      reservations: { take, release: [] },
    })
    await run('ann', leave)
    expect(table.reserved()).toEqual([])
  })

  it('lets one of several who come at once have the key', async () => {
    const { table, run } = setUp()
    const people = ['1', '2', '3', '4']
    const outcomes = await Promise.allSettled(people.map((id) => run(id, register)))
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect(table.all()).toHaveLength(1)
  })
})
