import { describe, expect, it } from 'vitest'
import { createEventStore } from '../../../commands/event-store/event-store.ts'
import { createMemoryCommitTable } from '../../../commands/event-store/memory-commit-table.ts'
import { type Execution, execute } from '../../../commands/execution/execute.ts'
import { createStateCache } from '../../../commands/execution/state-cache.ts'
import type { Deadline } from '../../../domain/kernel/cost.ts'
import type { EventStore } from '../../../domain/kernel/event-store.ts'
import { noReservations } from '../../../domain/kernel/reservation.ts'
import { type ProjectCommand, project } from '../../../domain/project/project.ts'
import { createFaults } from '../../../infra/local/index.ts'
import { manualClock } from '../../kit/clocks/manual-clock.ts'
import { faultyCommitTable, faultyWire } from '../../kit/faults/faulty-ports.ts'
import { projectExecution, stream } from '../../kit/memory/project-execution.ts'

const ample: Deadline = { left: () => 10_000 }

/** `warm`: what a command has seen is kept for the next, as in a function that goes on running. */
function setUp(warm: boolean) {
  const memory = createMemoryCommitTable()
  const faults = createFaults()
  const table = faultyCommitTable(memory, faultyWire(faults))
  const clock = manualClock()
  const store = createEventStore(table, clock)
  const kept = warm ? { stateCache: createStateCache() } : {}
  let made = 0
  const run = (
    command: Partial<ProjectCommand> & Pick<ProjectCommand, 'type'>,
    over: Partial<Execution<ProjectCommand>> = {},
    options: Partial<{ store: EventStore; deadline: Deadline }> = {},
  ) => {
    made += 1
    const execution = projectExecution(`command-${made}`, command, over)
    return execute(project, execution, { store, clock, deadline: ample, ...kept, ...options })
  }
  const events = async () =>
    (await store.load(stream, ample)).commits.flatMap((commit) => commit.events.map(({ type }) => type))
  return { run, events, store, table, faults, clock }
}

const create = { type: 'create-project', title: 'Atlas' } as const
const rename = { type: 'rename-project', title: 'Globe' } as const

describe.each([
  ['cold', false],
  ['with warm states', true],
])('execute, %s', (_, warm) => {
  it('decides on what was stored and appends', async () => {
    const { run, events } = setUp(warm)
    expect(await run(create)).toMatchObject({ version: 1, events: [{ type: 'ProjectCreated', version: 1 }] })
    expect(await run(rename)).toMatchObject({ version: 2, events: [{ type: 'ProjectRenamed', version: 2 }] })
    expect(await events()).toEqual(['ProjectCreated', 'ProjectRenamed'])
  })

  it('answers where the stream stands when there is nothing to do', async () => {
    const { run } = setUp(warm)
    await run(create)
    expect(await run({ ...rename, title: 'Atlas' })).toMatchObject({ version: 1, events: [] })
  })

  it('answers a repeated command as the first time, also after others have followed', async () => {
    const { run, events } = setUp(warm)
    const first = await run(create, { commandId: 'key' })
    await run(rename)
    const again = await run(create, { commandId: 'key' })
    expect(again).toMatchObject({ version: first.version, events: first.events })
    expect(await events()).toEqual(['ProjectCreated', 'ProjectRenamed'])
  })

  it('answers a repeated command also where it would be refused by now', async () => {
    const { run } = setUp(warm)
    await run(create)
    const first = await run(rename, { commandId: 'key' })
    await run({ type: 'archive-project' })
    expect(await run(rename, { commandId: 'key' })).toMatchObject({
      version: first.version,
      events: first.events,
    })
  })

  it('answers what is stored where another process decided otherwise under the same command id', async () => {
    const { run, store } = setUp(warm)
    await run(create)
    const outrun: EventStore = {
      ...store,
      async append(head, commit, deadline) {
        // The code of another deployment makes two events of this command.
        const events = [...commit.events, ...commit.events]
        await store.append(head, { ...commit, events }, deadline)
        return store.append(head, commit, deadline)
      },
    }
    expect(await run(rename, {}, { store: outrun })).toMatchObject({
      version: 3,
      events: [
        { type: 'ProjectRenamed', version: 2 },
        { type: 'ProjectRenamed', version: 3 },
      ],
    })
  })

  it('refuses the same key with another body', async () => {
    const { run, events } = setUp(warm)
    await run(create, { commandId: 'key' })
    await expect(run(create, { commandId: 'key', digest: 'another' })).rejects.toMatchObject({
      code: 'key-reused',
    })
    expect(await events()).toEqual(['ProjectCreated'])
  })

  it('refuses the same key with another body also when both come at once', async () => {
    const { run, events } = setUp(warm)
    const both = await Promise.allSettled([
      run(create, { commandId: 'key', digest: 'one' }),
      run(create, { commandId: 'key', digest: 'another' }),
    ])
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect(both.find(({ status }) => status === 'rejected')).toMatchObject({ reason: { code: 'key-reused' } })
    expect(await events()).toEqual(['ProjectCreated'])
  })

  it('writes once when two with the same key come at once, and answers both alike', async () => {
    const { run, events } = setUp(warm)
    const [one, other] = await Promise.all([
      run(create, { commandId: 'key' }),
      run(create, { commandId: 'key' }),
    ])
    expect(one.events).toEqual(other.events)
    expect(await events()).toEqual(['ProjectCreated'])
  })

  it('decides again when another came first', async () => {
    const { run, events } = setUp(warm)
    await run(create)
    await Promise.all(Array.from({ length: 10 }, (_, i) => run({ ...rename, title: `Title ${i}` })))
    expect(await events()).toEqual(['ProjectCreated', ...Array.from({ length: 10 }, () => 'ProjectRenamed')])
  })

  it('decides on the state that the other left', async () => {
    const { run, events } = setUp(warm)
    await run(create)
    const both = await Promise.allSettled([run({ type: 'archive-project' }), run(rename)])
    const cached = await events()
    if (cached.at(-1) === 'ProjectArchived' && cached.length === 2) {
      expect(both[1]).toMatchObject({ reason: { rule: 'project-archived' } })
    } else {
      expect(cached).toEqual(['ProjectCreated', 'ProjectRenamed', 'ProjectArchived'])
    }
  })

  it('succeeds once when the answer of its write is lost', async () => {
    const { run, faults, events } = setUp(warm)
    faults.next('lose-answer', { at: /^putNew$/ })
    expect(await run(create)).toMatchObject({ version: 1, events: [{ type: 'ProjectCreated', version: 1 }] })
    expect(await events()).toEqual(['ProjectCreated'])
  })

  it('takes the version that the client saw, and refuses another', async () => {
    const { run } = setUp(warm)
    await run(create)
    await expect(run(rename, { expectedVersion: 2 })).rejects.toMatchObject({ code: 'version-mismatch' })
    expect(await run(rename, { expectedVersion: 1 })).toMatchObject({ version: 2 })
  })

  it('looks at the version before it decides: a stale client learns that first', async () => {
    const { run } = setUp(warm)
    await run(create)
    await run({ type: 'archive-project' })
    await expect(run(rename, { expectedVersion: 1 })).rejects.toMatchObject({ code: 'version-mismatch' })
    await expect(run(rename, { expectedVersion: 2 })).rejects.toMatchObject({ rule: 'project-archived' })
  })

  it('looks at the command id before the version: a repeat is answered, not refused', async () => {
    const { run } = setUp(warm)
    await run(create)
    const first = await run(rename, { commandId: 'key', expectedVersion: 1 })
    expect(await run(rename, { commandId: 'key', expectedVersion: 1 })).toMatchObject({
      version: first.version,
      events: first.events,
    })
  })

  it('tells a stranger nothing, whatever version they name', async () => {
    const { run } = setUp(warm)
    await run(create)
    await expect(run({ ...rename, actorId: 'bob' }, { expectedVersion: 9 })).rejects.toMatchObject({
      code: 'not-found',
    })
    await expect(run(rename, { stream: 'project-2', expectedVersion: 9 })).rejects.toMatchObject({
      code: 'not-found',
    })
  })

  it('leaves no trace of a refusal: the same key may be decided anew', async () => {
    const { run } = setUp(warm)
    await run(create)
    await run({ type: 'archive-project' })
    await expect(run(rename, { commandId: 'key' })).rejects.toMatchObject({ rule: 'project-archived' })
    await run({ type: 'restore-project' })
    expect(await run(rename, { commandId: 'key' })).toMatchObject({ events: [{ type: 'ProjectRenamed' }] })
  })

  it('gives up at its deadline where others always come first', async () => {
    const { run, store, clock } = setUp(warm)
    await run(create)
    const contended: EventStore = {
      ...store,
      append: async () => ({ outcome: 'conflict', cost: { requests: 1, readUnits: 0, writeUnits: 1 } }),
    }
    const deadline = { left: () => 5000 - clock.elapsed() }
    await expect(run(rename, {}, { store: contended, deadline })).rejects.toMatchObject({
      code: 'unavailable',
      retryAfterSeconds: 1,
    })
  })

  it('never dates a commit before the one it follows, though the clock jumps back', async () => {
    const { run, store, clock } = setUp(warm)
    await run(create)
    clock.setNow(clock.now() - 60_000)
    await run(rename)
    const { commits } = await store.load(stream, ample)
    expect(commits[1]?.at).toBe(commits[0]?.at)
  })

  it('never skips an event that it does not know', async () => {
    const { run, table } = setUp(warm)
    await run(create)
    await table.putNew(
      {
        pk: stream,
        sk: 2,
        events: JSON.stringify([{ type: 'ProjectSold', schema: 1, data: {} }]),
        count: 1,
        commandId: 'x',
        digest: 'x',
        at: '2026-01-01T00:00:00.000Z',
        actorId: 'ann',
        correlationId: 'x',
        causationId: 'x',
      },
      noReservations,
      1000,
    )
    await expect(run(rename)).rejects.toMatchObject({ code: 'unreadable' })
  })
})
