import { describe, expect, it } from 'vitest'
import { replayClean } from '../../../../infra/cli/ops/replay-clean.ts'
import { replayStart } from '../../../../infra/cli/ops/replay-start.ts'
import { replayCancel, replayStatus } from '../../../../infra/cli/ops/replay-status.ts'
import { replayRollback, replaySwitch } from '../../../../infra/cli/ops/replay-switch.ts'
import { guardKey } from '../../../../projections/engine/projection.ts'
import { versions } from '../../../../projections/versions.ts'
import { opsSide } from '../../../kit/memory/ops.ts'

const at = '2026-01-01T00:00:00.000Z'
const created = {
  type: 'ProjectCreated',
  schema: 1,
  data: { ownerId: 'ann', title: 'Atlas', description: '' },
}
const projects = ['projects']

/** Seven projects that the first generation has, and the beginning of an eighth that it has not. */
async function withProjects() {
  const side = opsSide()
  for (let n = 1; n <= 7; n++) {
    await side.appendStored(`project-${n}`, at, created)
    await versions.generationsOf('project')[0]?.catchUp(`project-${n}`, side.options)
  }
  await side.appendStored('project-8', at, created)
  await side.appendStored('user-1', at, { type: 'UserDeleted', schema: 1, data: {} })
  const has = async (id: string, stream: `project-${number}`) =>
    (await side.rows.readGuard(guardKey(id, stream))).guard !== undefined
  const live = async () => Object((await side.run(replayStatus, projects)).json).live
  return { ...side, has, live }
}

describe('a replay', () => {
  it('builds a generation, switches to it, goes back, and is cleaned up', async () => {
    const { run, has, live, clock, rows } = await withProjects()
    const started = await run(replayStart, projects, { segments: '3' })
    expect(started).toMatchObject({
      failed: false,
      json: { generation: 'projects.v1.2', outcome: 'built', commits: 9, parked: 0 },
    })
    expect(started.told).toEqual([expect.stringContaining('builds projects.v1.2, in 3 segments')])
    for (let n = 1; n <= 8; n++) expect(await has('projects.v1.2', `project-${n}`)).toBe(true)
    expect(rows.counters().filter(({ PK }) => PK === 'tally#projects.v1.2#days').length).toBeGreaterThan(0)

    expect(await run(replayStatus, projects)).toMatchObject({
      json: {
        live: 'projects.v1.1',
        removing: [],
        generations: [
          { id: 'projects.v1.1', status: 'built', role: 'live' },
          { id: 'projects.v1.2', status: 'built', role: '', replay: { segments: 3, done: 3, commits: 9 } },
        ],
      },
      text: expect.stringContaining('segments 3 of 3, commits 9, parked 0'),
    })

    expect((await run(replaySwitch, projects)).json).toMatchObject({ live: 'projects.v1.2' })
    expect(await live()).toBe('projects.v1.2')
    expect((await run(replayRollback, projects)).json).toMatchObject({ live: 'projects.v1.1' })
    await expect(run(replaySwitch, projects)).rejects.toThrow('no other generation of projects is built')
    expect((await run(replayRollback, projects)).json).toMatchObject({ live: 'projects.v1.2' })

    await expect(run(replayClean, projects)).rejects.toThrow('may still be read for 15 s')
    await clock.sleep(15_000)
    const began = clock.elapsed()
    const cleaned = await run(replayClean, projects)
    expect(cleaned.json).toMatchObject([{ generation: 'projects.v1.1' }])
    expect(clock.elapsed() - began).toBeGreaterThanOrEqual(70_000)
    expect(await has('projects.v1.1', 'project-1')).toBe(false)
    expect(await has('projects.v1.2', 'project-1')).toBe(true)
    await expect(run(replayRollback, projects)).rejects.toThrow('no generation to roll back to')
    expect((await run(replayClean, projects)).text).toBe('There is nothing to clean up.')
  })

  it('that was stopped goes on from where it was, in as many segments', async () => {
    const { run, ports } = await withProjects()
    const stopped = new AbortController()
    let pages = 0
    const scanOf: typeof ports.scanOf = (segment, segments) => {
      const scan = ports.scanOf(segment, segments)
      return {
        async page(...args) {
          pages += 1
          if (pages === 2) stopped.abort()
          return scan.page(...args)
        },
      }
    }
    const first = await run(replayStart, projects, { segments: '1' }, { scanOf }, stopped.signal)
    expect(first).toMatchObject({ failed: true, json: { outcome: 'stopped', commits: 6 } })
    const again = await run(replayStart, projects, { segments: '5' })
    expect(again).toMatchObject({ json: { outcome: 'built', commits: 3 } })
    expect(again.told).toEqual(['goes on with projects.v1.2, in 1 segments'])
  })

  it('that is cancelled is never switched to, and is cleaned up', async () => {
    const { run, has, ports } = await withProjects()
    let cancelled = false
    const scanOf: typeof ports.scanOf = (segment, segments) => {
      const scan = ports.scanOf(segment, segments)
      return {
        async page(...args) {
          if (!cancelled) {
            cancelled = true
            await run(replayCancel, projects)
          }
          return scan.page(...args)
        },
      }
    }
    expect(await run(replayStart, projects, { segments: '1' }, { scanOf })).toMatchObject({
      failed: true,
      json: { outcome: 'cancelled', commits: 3 },
    })
    await expect(run(replaySwitch, projects)).rejects.toThrow('no other generation of projects is built')
    await expect(run(replayCancel, projects)).rejects.toThrow('nothing of projects is being built')
    expect(await has('projects.v1.2', 'project-1')).toBe(true)
    await run(replayClean, projects)
    expect(await has('projects.v1.2', 'project-1')).toBe(false)
    expect(await run(replayStart, projects)).toMatchObject({ json: { generation: 'projects.v1.3' } })
  })

  it('is not switched to where it is not what the events say', async () => {
    const { run, rows, live } = await withProjects()
    await run(replayStart, projects)
    const key = guardKey('projects.v1.2', 'project-3')
    const { guard } = await rows.readGuard(key)
    const state = JSON.stringify({ ...JSON.parse(guard?.state ?? '{}'), title: 'Spoilt' })
    const at1 = { version: 1 }
    await rows.move({ key, from: at1, to: { ...at1, state }, put: [], remove: [], counters: [] })
    expect(await run(replaySwitch, projects)).toMatchObject({
      failed: true,
      json: { live: 'projects.v1.1', refused: ['streams that differ from their events: 1'] },
    })
    expect(await live()).toBe('projects.v1.1')
  })

  it('is caught up before the switch with what was missed, and switched to', async () => {
    const { run, has, appendStored, live } = await withProjects()
    await run(replayStart, projects)
    await appendStored('project-9', at, created)
    expect(await run(replaySwitch, projects)).toMatchObject({ json: { live: 'projects.v1.2' } })
    expect(await has('projects.v1.2', 'project-9')).toBe(true)
    expect(await live()).toBe('projects.v1.2')
  })

  it.each([
    ['in neither', false, 'projects.v1.2'],
    ['in the live one as well', true, 'projects.v1.2'],
  ])('whose streams are parked %s', async (_, parkedInBoth, live) => {
    const { run, appendStored, options } = await withProjects()
    if (parkedInBoth) {
      await appendStored('project-9', at, { type: 'ProjectSold', schema: 1, data: {} })
      await versions.generationsOf('project')[0]?.catchUp('project-9', options)
    }
    await run(replayStart, projects)
    expect((await run(replaySwitch, projects)).json).toMatchObject({ live })
  })

  it('is not switched to where a stream is parked that is not in the live one', async () => {
    const { run, appendStored, live } = await withProjects()
    await appendStored('project-9', at, { type: 'ProjectSold', schema: 1, data: {} })
    await run(replayStart, projects)
    expect(await run(replaySwitch, projects)).toMatchObject({
      json: { refused: ['streams parked that are not in projects.v1.1: 1'] },
    })
    expect(await live()).toBe('projects.v1.1')
  })

  it('leaves a stream that cannot be shown parked, and says so', async () => {
    const { run, appendStored } = await withProjects()
    await appendStored('project-9', at, { type: 'ProjectSold', schema: 1, data: {} })
    expect(await run(replayStart, projects)).toMatchObject({ json: { outcome: 'built', parked: 1 } })
  })

  it('takes a change whose answer was lost for made, and makes it once', async () => {
    const { run, live, ports } = await withProjects()
    let lost = 0
    const lists: typeof ports.lists = {
      ...ports.lists,
      async move(...args) {
        lost += 1
        return { ...(await ports.lists.move(...args)), outcome: 'again' }
      },
    }
    expect(await run(replayStart, projects, {}, { lists })).toMatchObject({ json: { outcome: 'built' } })
    await run(replaySwitch, projects, {}, { lists })
    expect(await live()).toBe('projects.v1.2')
    await run(replayRollback, projects, {}, { lists })
    expect(await live()).toBe('projects.v1.1')
    // Begun, built, switched, rolled back.
    expect(lost).toBe(4)
  })

  it('keeps to its speed', async () => {
    const { run, clock } = await withProjects()
    const began = clock.elapsed()
    const { json } = await run(replayStart, projects, { speed: '10' })
    const seconds = (clock.elapsed() - began) / 1000
    expect(Object(json).writeUnits / seconds).toBeLessThanOrEqual(11)
    expect(Object(json).writeUnits).toBeGreaterThan(10)
  })

  it.each([
    [replayStart, ['nothing'], {}, 'there is no projection nothing, but projects, users'],
    [replayStart, [], {}, 'give one PROJECTION'],
    [replayStart, projects, { segments: '0' }, '--segments is a whole number from 1 to 64'],
    [replayStart, projects, { speed: 'fast' }, '--speed is a whole number from 1 to 1000000'],
    [replaySwitch, projects, {}, 'no other generation of projects is built'],
    [replayRollback, projects, {}, 'there is no generation to roll back to'],
    [replayCancel, projects, {}, 'nothing of projects is being built'],
  ])('says in one line what is wrong', async (command, operands, options, message) => {
    const { run } = await withProjects()
    await expect(run(command, operands, options)).rejects.toThrow(message)
  })
})
