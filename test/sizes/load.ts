import { tellStory } from '../demo/story.ts'
import { createTimeline } from '../demo/timeline.ts'
import type { ClientConfig } from '../kit/people/person.ts'
import { vehicle } from '../kit/vehicle.ts'
import { gatherCrew, startLoad } from '../soak/load.ts'

/** How often the story is told, and how many times a schedule runs. */
const rounds = 5
/** How long people write and read as fast as they get answers. */
const loadMs = 20_000

/** Makes every function work: the story, then a load of commands and queries, then the schedules. */
export async function work(config: ClientConfig): Promise<void> {
  const silent = createTimeline(() => {})
  for (let round = 0; round < rounds; round++) await tellStory(config, silent)
  const crew = await gatherCrew(config)
  const load = startLoad(crew, 'sizes')
  const end = Date.now() + loadMs
  while (Date.now() < end) {
    const { id, by } = load.acknowledged.at(-1) ?? crew.shared
    await by.query(vehicle.path(id))
  }
  await load.stop()
  await runSchedules(config)
  await settle(config)
}

async function runSchedules({ awsEndpoint }: ClientConfig): Promise<void> {
  const page = `${awsEndpoint}/_local/schedules`
  const schedules = (await (await fetch(page)).json()) as readonly { readonly logicalId: string }[] // of the scheduler's page
  for (let round = 0; round < rounds; round++)
    for (const { logicalId } of schedules) {
      await fetch(`${page}/${logicalId}`, { method: 'POST' })
      await settle({ awsEndpoint })
    }
}

/** Waits until no function has run for a second. */
async function settle({ awsEndpoint }: Pick<ClientConfig, 'awsEndpoint'>): Promise<void> {
  for (let quiet = 0; quiet < 5; ) {
    await new Promise((resolve) => setTimeout(resolve, 200))
    const response = await fetch(`${awsEndpoint}/_local/invocations`)
    const { oldest } = (await response.json()) as { readonly oldest?: number } // of Lambda's page
    quiet = oldest === undefined ? quiet + 1 : 0
  }
}
