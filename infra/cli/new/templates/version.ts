import type { ReadModel } from '../edit/repository.ts'

export const versionTestOf = ({ name, version, aggregate }: ReadModel) => `import { expect, it } from 'vitest'
import { aggregateNamed } from '../../../domain/aggregates.ts'
import { replayStart } from '../../../infra/cli/ops/replay-start.ts'
import { replaySwitch } from '../../../infra/cli/ops/replay-switch.ts'
import { projectionVersions } from '../../../projections/generations/projection-versions.ts'
import { versions as all } from '../../../projections/versions.ts'
import { fixturesOf } from '../../kit/fingerprint.ts'
import { opsSide } from '../../kit/memory/ops.ts'

// A replay builds the newest version, so the later ones are left out.
const versions = projectionVersions(all.all.filter((one) => one.name !== '${name}' || one.version <= ${version}))

it('version ${version} of ${name} is built from all released events, is verified, and becomes live', async () => {
  const { appendStored, ports, run } = opsSide()
  for (const { stored } of fixturesOf('${aggregate}'))
    await appendStored('${aggregate}-1', '2026-01-01T00:00:00.000Z', stored)
  const app = { versions, aggregateNamed, code: async () => ({ ...ports, versions, aggregateNamed }) }

  const started = await run(replayStart, ['${name}'], {}, app)
  expect(started).toMatchObject({ failed: false, json: { generation: expect.stringMatching(/^${name}\\.v${version}\\./), outcome: 'built', parked: 0 } })
  const switched = await run(replaySwitch, ['${name}'], {}, app)
  expect(switched).toMatchObject({ json: { live: expect.stringMatching(/^${name}\\.v${version}\\./) } })
})
`
