import { describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import { createEventStore } from '../../../commands/event-store/event-store.ts'
import { createMemoryCommitTable } from '../../../commands/event-store/memory-commit-table.ts'
import { execute } from '../../../commands/execution/execute.ts'
import type { ApiRequest } from '../../../commands/http/api.ts'
import { commandHandler } from '../../../commands/http/handle-command.ts'
import type { CommandHandlers } from '../../../commands/http/handler-types.ts'
import { routesOf } from '../../../commands/http/routes.ts'
import { noCost } from '../../../domain/kernel/cost.ts'
import { Problem } from '../../../domain/kernel/problem.ts'
import { streamName } from '../../../domain/kernel/stream.ts'
import { manualClock } from '../../kit/clocks/manual-clock.ts'
import { fleetAccountStatus, fleetCommands, fleetHandlers } from '../../kit/fleet/commands.ts'
import { sailor } from '../../kit/fleet/sailor.ts'
import { ample } from '../../kit/memory/read-side.ts'

const photo = {
  'send-photo': {
    summary: 'Send a photo',
    creates: true,
    body: z.strictObject({}),
    function: 'photo-api',
  },
} as const
const commands = { ...fleetCommands, ...photo }

/** A command API over one event store in memory, in which `ann` has an account. */
async function setUp(handlers: CommandHandlers = fleetHandlers) {
  const table = createMemoryCommitTable()
  const clock = manualClock()
  const store = createEventStore(table, clock)
  await execute(
    sailor,
    {
      stream: streamName(sailor.name, 'ann'),
      command: { type: 'enlist', actorId: 'ann', name: 'Ann' },
      commandId: 'enlisted',
      digest: '',
      correlationId: '',
      causationId: '',
    },
    { store, clock, deadline: ample },
  )
  const loads: string[] = []
  const accountStatusOf = fleetAccountStatus(store)
  const handle = commandHandler({
    commands,
    handlers,
    accountStatusOf(request) {
      loads.push(request.userId)
      return accountStatusOf(request)
    },
    store,
    reservations: table,
    register: async () => {
      throw new Problem('unauthenticated', 'Unknown.')
    },
    clock,
  })
  const send = (name: string, body: unknown = {}, key = 'key') => {
    const request: ApiRequest = {
      method: 'POST',
      path: `/commands/${name}`,
      route: '/commands/{name}',
      parameters: { name },
      query: {},
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify(body),
      apiUrl: '',
      correlationId: 'correlation',
      requestId: 'request',
      remainingMs: () => 10_000,
      identity: () => ({ userId: 'ann', groups: [] }),
    }
    return handle(request)
  }
  return { send, loads }
}

describe('a command API', () => {
  it('executes the commands of its contract', async () => {
    const { send } = await setUp()
    const { body } = await send('plan-voyage', { name: 'Atlas' })
    expect(body).toMatchObject({ version: 1, events: [{ type: 'VoyagePlanned' }] })
  })

  it('does not know a command outside its contract', async () => {
    const { send } = await setUp()
    await expect(send('sell-ship')).rejects.toMatchObject({ code: 'not-found' })
    await expect(send('toString')).rejects.toMatchObject({ code: 'not-found' })
  })

  it('does not execute a command of another function', async () => {
    const { send } = await setUp()
    await expect(send('send-photo')).rejects.toMatchObject({
      code: 'not-found',
      message: 'There is no such command.',
    })
  })

  it('adds to the answer the values that the handler reads after the command', async () => {
    const { send } = await setUp({
      ...fleetHandlers,
      retire: async (body: Record<string, never>, context) => ({
        ...(await fleetHandlers.retire(body, context)),
        answer: async () => ({ fields: { pension: 100 }, cost: { ...noCost, requests: 7 } }),
      }),
    })
    const { body, log } = await send('retire')
    expect(body).toMatchObject({ pension: 100 })
    expect(log).toMatchObject({ cost: { requests: expect.any(Number) } })
    expect((log?.['cost'] as { requests: number }).requests).toBeGreaterThanOrEqual(8)
  })

  it('accepts no command after one that closes the account, except a repeat of that', async () => {
    const { send, loads } = await setUp()
    await send('retire')
    await expect(send('plan-voyage', { name: 'Atlas' })).rejects.toMatchObject({ code: 'account-deleted' })
    expect(await send('retire')).toMatchObject({ status: 200 })
    // The API has learned of the deletion from its own command, and does not look up the account again.
    expect(loads).toEqual(['ann'])
  })
})

describe('the routes of a contract', () => {
  it('route each command with its own function to that function', () => {
    const routes = routesOf({ commands, queries: {} })
    expect(routes.filter(({ path }) => path.startsWith('/commands/'))).toEqual([
      { path: '/commands/{name}', methods: 'ANY', function: 'command-api', access: 'token' },
      { path: '/commands/send-photo', methods: 'ANY', function: 'photo-api', access: 'token' },
    ])
  })
})
