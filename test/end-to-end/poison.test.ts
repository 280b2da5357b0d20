import { PutItemCommand } from '@aws-sdk/client-dynamodb'
import { marshall } from '@aws-sdk/util-dynamodb'
import { afterEach, expect, inject, it, vi } from 'vitest'
import { toItem } from '../../commands/event-store/commit-item.ts'
import { wrecked } from '../kit/fleet/history.ts'
import { type RunningCloud, runLocalCloud } from '../kit/local-cloud/local-cloud.ts'
import { mailsTo, signUp } from '../kit/people/person.ts'
import { newCommit } from '../kit/stores/commits.ts'
import { eventStoreTable } from '../kit/stores/event-store-table.ts'

let running: RunningCloud
const soon = { timeout: 10_000, interval: 20 }

afterEach(() => running.close())

it('an unknown event parks its stream in the projector and the forwarder, and delays no other stream', async () => {
  running = await runLocalCloud()
  const { config, cloud, lines } = running
  const poison = newCommit({ events: [wrecked] })
  const { client, TableName } = eventStoreTable({
    assembly: inject('assembly'),
    endpoint: cloud.awsUrl,
    region: config.region,
  })
  await client.send(
    new PutItemCommand({
      TableName,
      Item: marshall(toItem({ ...poison, stream: 'user-poison', version: 1 })),
    }),
  )
  const ann = await signUp(config)
  await ann.command('change-profile', { name: 'Anna' })

  await vi.waitFor(async () => {
    expect(await ann.query('/me')).toMatchObject({ status: 200, body: { name: 'Anna' } })
    expect((await mailsTo(config, ann.email)).map(({ subject }) => subject)).toContainEqual(
      expect.stringMatching(/welcome/i),
    )
  }, soon)
  await vi.waitFor(() => {
    for (const name of ['Projector', 'Forwarder']) {
      const parked = lines.filter((line) => line.startsWith(name) && line.includes('"stream is parked"'))
      expect(parked).toEqual([expect.stringContaining('user-poison')])
    }
  }, soon)
})
