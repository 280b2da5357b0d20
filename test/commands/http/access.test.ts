import { describe, expect, it } from 'vitest'
import { type AccountStatus, createAccess } from '../../../commands/http/access.ts'
import { noCost } from '../../../domain/kernel/cost.ts'
import { Problem } from '../../../domain/kernel/problem.ts'
import { manualClock } from '../../kit/clocks/manual-clock.ts'
import { ample } from '../../kit/memory/read-side.ts'

function setUp(first: AccountStatus['status'] = 'registered') {
  const clock = manualClock()
  const accountStatuses = new Map<string, AccountStatus>()
  const calls: string[] = []
  const access = createAccess({
    clock,
    async accountStatusOf({ userId }) {
      calls.push(`look up ${userId}`)
      return {
        accountStatus: accountStatuses.get(userId) ?? { status: first },
        cost: { ...noCost, requests: 1 },
      }
    },
    async register({ userId }) {
      calls.push(`register ${userId}`)
      if (userId === 'nobody') throw new Problem('unauthenticated', 'Unknown.')
      if (userId !== 'slow') accountStatuses.set(userId, { status: 'registered' })
    },
  })
  const admit = (userId: string, commandId?: string) =>
    access.admit(
      {
        userId,
        correlationId: 'correlation',
        deadline: ample,
        ...(commandId === undefined ? {} : { commandId }),
      },
      async (cost) => cost,
    )
  return { clock, accountStatuses, calls, access, admit }
}

describe('access', () => {
  it('looks up a person once in 5 s, and reports the cost of that', async () => {
    const { admit, calls, clock } = setUp()
    expect((await admit('ann')).requests).toBe(1)
    expect((await admit('ann')).requests).toBe(0)
    await clock.sleep(5_001)
    await admit('ann')
    expect(calls).toEqual(['look up ann', 'look up ann'])
  })

  it('registers an unknown person, and looks them up again', async () => {
    const { admit, calls } = setUp('unknown')
    await admit('ann')
    await admit('ann')
    expect(calls).toEqual(['look up ann', 'register ann', 'look up ann'])
  })

  it('reports the problem of a registration, and tries again the next time', async () => {
    const { admit, calls } = setUp('unknown')
    await expect(admit('nobody')).rejects.toMatchObject({ code: 'unauthenticated' })
    await expect(admit('nobody')).rejects.toMatchObject({ code: 'unauthenticated' })
    expect(calls.filter((call) => call === 'register nobody')).toHaveLength(2)
  })

  it('asks the client to retry if the registration is not visible yet', async () => {
    const { admit } = setUp('unknown')
    await expect(admit('slow')).rejects.toMatchObject({ code: 'unavailable', retryAfterSeconds: 1 })
  })

  it('refuses a deleted person permanently, without another look-up', async () => {
    const { admit, calls, clock } = setUp('deleted')
    await expect(admit('ann')).rejects.toMatchObject({ code: 'account-deleted' })
    await clock.sleep(1e9)
    await expect(admit('ann', 'command')).rejects.toMatchObject({ code: 'account-deleted' })
    expect(calls).toEqual(['look up ann'])
  })

  it('lets the command that deleted the account through, and no other', async () => {
    const { admit, access } = setUp()
    access.remember('ann', { status: 'deleted', by: 'command' })
    await admit('ann', 'command')
    await expect(admit('ann', 'another')).rejects.toMatchObject({ code: 'account-deleted' })
  })

  it('remembers a deletion immediately, even if the person was cached as registered', async () => {
    const { admit, access } = setUp()
    await admit('ann')
    access.remember('ann', { status: 'deleted' })
    await expect(admit('ann')).rejects.toMatchObject({ code: 'account-deleted' })
  })

  it('looks up a person again whose command met the deletion of their account', async () => {
    const { admit, access, accountStatuses, calls } = setUp()
    await admit('ann')
    accountStatuses.set('ann', { status: 'deleted', by: 'command' })
    const request = { userId: 'ann', correlationId: 'correlation', deadline: ample }
    const use = () => Promise.reject(new Problem('account-deleted', 'Deleted.'))
    await expect(access.admit(request, use)).rejects.toMatchObject({ code: 'account-deleted' })
    expect(calls).toHaveLength(1)
    await expect(admit('ann')).rejects.toMatchObject({ code: 'account-deleted' })
    await admit('ann', 'command')
  })

  it('looks up a person again after it is told to forget them', async () => {
    const { admit, access, calls } = setUp()
    await admit('ann')
    access.remember('ann', { status: 'unknown' })
    await admit('ann')
    expect(calls).toHaveLength(2)
  })

  it('forgets the oldest people if there are very many', async () => {
    const { admit, calls } = setUp()
    for (let i = 0; i <= 10_000; i++) await admit(`user-${i}`)
    await admit('user-0')
    await admit('user-10000')
    expect(calls).toHaveLength(10_002)
  })
})
