import { describe, expect, it } from 'vitest'
import { aggregates } from '../../../../domain/aggregates.ts'
import { state } from '../../../../infra/cli/ops/state.ts'
import { opsSide } from '../../../kit/memory/ops.ts'

const created = {
  type: 'ProjectCreated',
  schema: 1,
  data: { ownerId: 'ann', title: 'Atlas', description: '' },
}
const renamed = (title: string) => ({ type: 'ProjectRenamed', schema: 1, data: { title } })
const sold = { type: 'ProjectSold', schema: 1, data: {} }
const noon = (day: number) => `2026-01-0${day}T12:00:00.000Z`

/** A project with two events on the first day, one on the third and one on the fifth. */
async function project() {
  const side = opsSide()
  await side.appendStored('project-1', noon(1), created, renamed('Globe'))
  await side.appendStored('project-1', noon(3), renamed('Map'))
  await side.appendStored('project-1', noon(5), renamed('Chart'))
  return side
}

describe('state', () => {
  it.each([
    ['at the end', {}, 4, 'Chart'],
    ['at a version', { version: '3' }, 3, 'Map'],
    ['inside a commit', { version: '1' }, 1, 'Atlas'],
    ['at the last version', { version: '4' }, 4, 'Chart'],
    ['at the time of a commit, after all of it', { at: noon(1) }, 2, 'Globe'],
    ['between two commits', { at: '2026-01-05T11:59:59.999Z' }, 3, 'Map'],
    ['at a time in another zone', { at: '2026-01-05T12:30+01:00' }, 3, 'Map'],
    ['at the beginning of a day', { at: '2026-01-03' }, 2, 'Globe'],
    ['at a time to come', { at: '2099-01-01T00:00Z' }, 4, 'Chart'],
  ])('%s is what was folded by then', async (_, options, version, title) => {
    const { run } = await project()
    const { json, text } = await run(state, ['project-1'], options)
    expect(json).toMatchObject({ stream: 'project-1', version, state: { status: 'active', title } })
    // Nothing in it could be appended at.
    expect(Object.keys(json as object)).toEqual(['stream', 'version', 'at', 'state'])
    expect(text).toContain(`project-1 at version ${version}, `)
  })

  it.each([
    [{ version: '5' }, 'project-1 ends at version 4'],
    [{ version: '0' }, '--version is "0": give the number of an event'],
    [{ version: '1.5' }, '--version is "1.5"'],
    [{ version: '-1' }, '--version is "-1"'],
    [{ version: '99999999999999999999' }, '--version is "99999999999999999999"'],
    [{ at: 'yesterday' }, '--at is "yesterday": give a time with its zone'],
    [{ at: '2026-01-03T12:00:00' }, 'give a time with its zone'],
    [{ at: '2026-13-03' }, 'give a time with its zone'],
    [{ at: '2025-12-31' }, `project-1 begins at ${noon(1)}`],
    [{ version: '1', at: noon(1) }, 'not both'],
  ])('at %j says what is wrong', async (options, message) => {
    const { run } = await project()
    await expect(run(state, ['project-1'], options)).rejects.toThrow(message)
  })

  it('of a stream that is not there, or of an unknown kind, says so', async () => {
    const { run } = await project()
    await expect(run(state, ['project-9'])).rejects.toThrow('there is no stream project-9')
    await expect(run(state, ['zebra-1'])).rejects.toThrow('Unknown category "zebra"')
  })

  it('before an event that this code cannot read is still there to see', async () => {
    const { run, appendStored } = await project()
    await appendStored('project-1', noon(6), sold)
    await appendStored('project-1', noon(7), renamed('Plan'))
    await expect(run(state, ['project-1'])).rejects.toThrow(
      'version 5 of project-1 cannot be read: Unknown event type "ProjectSold". --version 4 is the state before it',
    )
    await expect(run(state, ['project-1'], { version: '6' })).rejects.toThrow('version 5 of project-1')
    const { json } = await run(state, ['project-1'], { version: '4' })
    expect(json).toMatchObject({ version: 4, state: { title: 'Chart' } })
    expect((await run(state, ['project-1'], { at: noon(5) })).json).toMatchObject({ version: 4 })
  })

  it.each(aggregates.map(({ name }) => name))('is known of the category %s', async (category) => {
    const { run } = await project()
    await expect(run(state, [`${category}-9`])).rejects.toThrow(`there is no stream ${category}-9`)
  })
})
