import { PutItemCommand } from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import { afterEach, describe, expect, inject, it, vi } from 'vitest'
import { toItem } from '../../commands/event-store/commit-item.ts'
import { readAnnouncement } from '../../infra/local/index.ts'
import { markKey } from '../../projections/publishing/parked-streams.ts'
import { wrecked } from '../kit/fleet/history.ts'
import { type RunningCloud, runLocalCloud } from '../kit/local-cloud/local-cloud.ts'
import { giveUpSoon, inVain, logged, runsOf } from '../kit/local-cloud/redelivery.ts'
import { mailsTo, type Person, signUp } from '../kit/people/person.ts'
import { newCommit } from '../kit/stores/commits.ts'
import { eventStoreTable } from '../kit/stores/event-store-table.ts'

let running: RunningCloud
const soon = { timeout: 15_000, interval: 20 }

afterEach(() => running.close())

/** The event store's table and a client that reaches every table. */
const eventStore = () =>
  eventStoreTable({
    assembly: inject('assembly'),
    endpoint: running.cloud.awsUrl,
    region: running.config.region,
  })

const untilNamed = (person: Person, name: string) =>
  vi.waitFor(async () => {
    const { status, body } = await person.query('/me')
    expect([status, body['name']]).toEqual([200, name])
  }, soon)

describe('a commit whose delivery was given up', () => {
  it('is projected nevertheless, without another event or a manual retry', async () => {
    running = await runLocalCloud({}, giveUpSoon)
    const ann = await signUp(running.config)
    // The change of the profile is then given up alone.
    await logged(running, new RegExp(`^Projector.*"projected".*"user-${ann.userId}"`))
    await inVain(running, 'Projector', () => ann.command('change-profile', { name: 'Anna' }))
    await untilNamed(ann, 'Anna')
    await logged(running, new RegExp(`^ProjectorRedrive.*"projected".*"user-${ann.userId}"`))
  })

  it.each([
    'Projector',
    'ProjectorRedrive',
  ])('and whose redrive failed is projected with the next commit, by the %s', async (name) => {
    running = await runLocalCloud({}, giveUpSoon)
    const ann = await signUp(running.config)
    await logged(running, new RegExp(`^Projector.*"projected".*"user-${ann.userId}"`))
    // The redrive fails, too. The message of the first commit is hidden for six minutes after that.
    const { faults } = running.cloud
    faults.shake({ chances: { kill: 1 }, seed: 'both', delayMs: 0, at: runsOf('Projector(Redrive)?') })
    await ann.command('change-profile', { name: 'Anna' })
    await logged(running, /^queue \S*\bProjectorRedrive[0-9A-F]{8} failed/)
    faults.calm()
    const act = () => ann.command('change-profile', { name: 'Annabel' })
    if (name === 'Projector') await act()
    else await inVain(running, 'Projector', act)
    await untilNamed(ann, 'Annabel')
    await logged(
      running,
      new RegExp(`^${name}[0-9A-F]{8} .*"projected".*"stream":"user-${ann.userId}","version":3`),
    )
  })

  it('is published nevertheless', async () => {
    running = await runLocalCloud({}, giveUpSoon)
    const ann = await inVain(running, 'Forwarder', () => signUp(running.config))
    await vi.waitFor(async () => {
      const subjects = (await mailsTo(running.config, ann.email)).map(({ subject }) => subject)
      expect(subjects).toContainEqual(expect.stringMatching(/welcome/i))
    }, soon)
    await logged(running, new RegExp(`^ForwarderRedrive.*"forwarded".*"user-${ann.userId}"`))
  })

  it('parks its stream if the redrive cannot publish it either', async () => {
    running = await runLocalCloud({}, giveUpSoon)
    const { client, TableName } = eventStore()
    const poison = toItem({ ...newCommit({ events: [wrecked] }), stream: 'user-poison', version: 1 })
    await inVain(running, 'Forwarder', () =>
      client.send(new PutItemCommand({ TableName, Item: marshall(poison) })),
    )
    await logged(running, /^ForwarderRedrive.*"stream is parked".*user-poison/)
  })
})

describe('a parked stream whose event can be published now', () => {
  /** Parks a stream of the forwarder at its first event, as an older release did that could not read it. */
  async function park({ userId }: Person): Promise<void> {
    const { outputs } = (await readAnnouncement(running.dataDir)) ?? {}
    const TableName = outputs?.['ReadModelTable']
    const mark = { version: 1, error: 'The event cannot be read.', at: '2026-01-01T00:00:00.000Z' }
    const Item = marshall({ ...markKey(`user-${userId}`), ...mark })
    await eventStore().client.send(new PutItemCommand({ TableName, Item }))
  }

  it.each([
    'Forwarder',
    'ForwarderRedrive',
  ])('is no longer parked after the next commit, by the %s', async (name) => {
    running = await runLocalCloud({}, giveUpSoon)
    const ann = await signUp(running.config)
    await logged(running, new RegExp(`^Forwarder.*"forwarded".*"user-${ann.userId}"`))
    await park(ann)
    const act = () => ann.command('change-profile', { name: 'Anna' })
    if (name === 'Forwarder') await act()
    else await inVain(running, 'Forwarder', act)
    await logged(
      running,
      new RegExp(`^${name}[0-9A-F]{8} .*"forwarded, no longer parked".*"user-${ann.userId}"`),
    )
  })
})
