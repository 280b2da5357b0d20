import { describe, expect, it } from 'vitest'
import { state } from '../../../../infra/cli/ops/state.ts'
import { planned, renamed, wrecked } from '../../../kit/fleet/stored-history.ts'
import { opsSide } from '../../../kit/memory/ops.ts'

const noon = (day: number) => `2026-01-0${day}T12:00:00.000Z`

/** A voyage with two events on the first day, one on the third and one on the fifth. */
async function voyage() {
  const side = opsSide()
  await side.appendStored('voyage-1', noon(1), planned, renamed('Globe'))
  await side.appendStored('voyage-1', noon(3), renamed('Map'))
  await side.appendStored('voyage-1', noon(5), renamed('Chart'))
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
    ['at a future time', { at: '2099-01-01T00:00Z' }, 4, 'Chart'],
  ])('%s is the fold of the events by then', async (_, options, version, name) => {
    const { run } = await voyage()
    const { json, text } = await run(state, ['voyage-1'], options)
    expect(json).toMatchObject({ stream: 'voyage-1', version, state: { status: 'planned', name } })
    // There is no head, so nobody can append to it.
    expect(Object.keys(json as object)).toEqual(['stream', 'version', 'at', 'state'])
    expect(text).toContain(`voyage-1 at version ${version}, `)
  })

  it.each([
    [{ version: '5' }, 'voyage-1 ends at version 4'],
    [{ version: '0' }, '--version is "0": give the number of an event'],
    [{ version: '1.5' }, '--version is "1.5"'],
    [{ version: '-1' }, '--version is "-1"'],
    [{ version: '99999999999999999999' }, '--version is "99999999999999999999"'],
    [{ at: 'yesterday' }, '--at is "yesterday": give a time with its zone'],
    [{ at: '2026-01-03T12:00:00' }, 'give a time with its zone'],
    [{ at: '2026-13-03' }, 'give a time with its zone'],
    [{ at: '2025-12-31' }, `voyage-1 begins at ${noon(1)}`],
    [{ version: '1', at: noon(1) }, 'not both'],
  ])('at %j explains the mistake', async (options, message) => {
    const { run } = await voyage()
    await expect(run(state, ['voyage-1'], options)).rejects.toThrow(message)
  })

  it('of a missing stream, or of an unknown category, is an error', async () => {
    const { run } = await voyage()
    await expect(run(state, ['voyage-9'])).rejects.toThrow('there is no stream voyage-9')
    await expect(run(state, ['zebra-1'])).rejects.toThrow('Unknown category "zebra"')
  })

  it('before an event that this code cannot read is still available', async () => {
    const { run, appendStored } = await voyage()
    await appendStored('voyage-1', noon(6), wrecked)
    await appendStored('voyage-1', noon(7), renamed('Plan'))
    await expect(run(state, ['voyage-1'])).rejects.toThrow(
      'version 5 of voyage-1 cannot be read: Unknown event type "VoyageWrecked". Show the state before it with: --version 4',
    )
    await expect(run(state, ['voyage-1'], { version: '6' })).rejects.toThrow('version 5 of voyage-1')
    const { json } = await run(state, ['voyage-1'], { version: '4' })
    expect(json).toMatchObject({ version: 4, state: { name: 'Chart' } })
    expect((await run(state, ['voyage-1'], { at: noon(5) })).json).toMatchObject({ version: 4 })
  })
})
