import { describe, expect, it } from 'vitest'
import { replayCancel } from '../../../../infra/cli/ops/replay-status.ts'
import {
  buildGeneration,
  checkGenerations,
  unlistedProjections,
} from '../../../../infra/deploy/steps/generations.ts'
import { openRunning } from '../../../../infra/deploy/steps/running.ts'
import { firstList, withBuild } from '../../../../projections/generations/generation-list.ts'
import { projectionVersions } from '../../../../projections/generations/projection-versions.ts'
import { fleetVersions } from '../../../kit/fleet/fleet.ts'
import { planned, wrecked } from '../../../kit/fleet/stored-history.ts'
import { opsSide } from '../../../kit/memory/ops.ts'

const at = '2026-01-01T00:00:00.000Z'
const [first = ''] = fleetVersions.names
const newest = fleetVersions.newestOf(first)

describe('the code of a stage', () => {
  it('may be switched if every read model is built, whether or not a list is written', async () => {
    const { ports } = opsSide()
    expect((await checkGenerations(ports, 'prod')).map(({ level }) => level)).toEqual(['ok'])
  })

  it('stays while a generation is being built, and the operator learns how to end that', async () => {
    const { ports, run } = opsSide()
    const list = fleetVersions.listOf(first, new Map())
    await ports.lists.move(
      first,
      withBuild(list, newest.version, 4, (number) => newest.generation(number).id).list,
    )
    const findings = await checkGenerations(ports, 'prod')
    expect(findings).toMatchObject([
      {
        level: 'stop',
        next: [
          `npm run ops -- replay start ${first} --stage prod --aws`,
          `npm run ops -- replay cancel ${first} --stage prod --aws`,
        ],
      },
    ])
    await run(replayCancel, [first])
    expect((await checkGenerations(ports, 'prod')).map(({ level }) => level)).toEqual(['ok'])
  })

  it('may not lack the version that queries read', async () => {
    const { ports } = opsSide()
    const version = newest.version + 1
    await ports.lists.move(first, {
      ...firstList({ id: `${first}.v${version}.1`, version, generation: 1 }),
      revision: 1,
    })
    expect(await checkGenerations(ports, 'prod')).toMatchObject([
      { level: 'stop', text: expect.stringContaining(`version ${version} of ${first}`) },
    ])
  })
})

describe('a new version of a read model', () => {
  /** The versions of the fleet, and one more of its first projection. */
  const upgraded = projectionVersions([
    ...fleetVersions.all,
    {
      ...newest,
      version: newest.version + 1,
      generation: (number) => ({
        ...newest.generation(number),
        id: `${first}.v${newest.version + 1}.${number}`,
      }),
    },
  ])

  it('is unlisted until it is built, and is then kept up to date', async () => {
    const side = opsSide()
    const ports = {
      ...side.ports,
      versions: upgraded,
      code: async () => ({ ...side.ports, versions: upgraded }),
    }
    expect(await unlistedProjections(side.ports)).toEqual([])
    expect(await unlistedProjections(ports)).toEqual([first])
    const told: string[] = []
    const untilInterrupted = () => new AbortController().signal
    expect(await buildGeneration(ports, first, { tell: (line) => told.push(line), untilInterrupted })).toBe(
      true,
    )
    expect(told.at(-1)).toContain('is built')
    expect(await unlistedProjections(ports)).toEqual([])
  })

  it('is not built if the operator interrupts', async () => {
    const side = opsSide()
    await side.appendStored('voyage-1', at, planned)
    const untilInterrupted = () => AbortSignal.abort()
    expect(await buildGeneration(side.ports, first, { tell: () => {}, untilInterrupted })).toBe(false)
    expect((await checkGenerations(side.ports, 'prod')).map(({ level }) => level)).toEqual(['stop'])
  })
})

describe('parked streams', () => {
  it('are tried again, and those that stay are counted', async () => {
    const { ports, appendStored, run: _, ...side } = opsSide()
    await appendStored('voyage-1', at, planned, wrecked)
    const running = openRunning(ports, {
      stage: 'prod',
      tell: () => {},
      untilInterrupted: () => new AbortController().signal,
      smoke: async () => undefined,
    })
    expect(await running.resubmit()).toEqual({ done: 0, parked: 0 })
    const generation = fleetVersions.generationsOf('voyage')[0]
    await generation?.catchUp('voyage-1', { ...side, deadline: { left: () => 60_000 } })
    expect(await running.resubmit()).toEqual({ done: 0, parked: 1 })
  })
})
