import { parseArgs } from 'node:util'
import { readConfig } from '../kit/people/person.ts'
import { startBackend } from './backend.ts'
import { tellStory } from './story.ts'
import { createTimeline } from './timeline.ts'

/**
 * `npm run demo`: tells the whole story against a backend that is thrown away afterwards, or with
 * `-- --api URL` against one that runs. It ends with 0 only if every expectation held.
 */
async function demo(): Promise<void> {
  const { values } = parseArgs({ options: { api: { type: 'string' } } })
  const backend = values.api === undefined ? await startBackend() : undefined
  try {
    const apiUrl = (values.api ?? backend?.apiUrl ?? '').replace(/\/$/, '')
    const config = await readConfig(apiUrl).catch(() => {
      throw new Error(`no Annals answers at ${apiUrl}: start it with npm start, or leave --api out`)
    })
    if (!config.awsEndpoint)
      throw new Error('the demo reads codes from the local mailbox: give it a local backend')
    await tellStory(config, createTimeline(console.log))
    console.log('\nEverything happened as expected.')
  } finally {
    await backend?.close()
  }
}

demo().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(`\ndemo: ${error instanceof Error ? error.message : String(error)}`)
    process.exit(1)
  },
)
