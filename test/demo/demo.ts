import { parseArgs } from 'node:util'
import { readConfig } from '../kit/people/person.ts'
import { startBackend } from './backend.ts'
import { tellStory } from './story.ts'
import { createTimeline } from './timeline.ts'

const usage = `npm run demo [-- OPTION…]

Tells the whole story, from signing up to leaving, against a backend of its own that is removed afterwards.

  --api URL  the API of a running local backend to use instead
  --help     this text`

/**
 * `npm run demo`: tells the whole story against a backend that is removed afterwards, or with `-- --api URL`
 * against a running one. It exits with 0 only if every expectation held.
 */
async function demo(): Promise<void> {
  const { values } = parseArgs({ options: { api: { type: 'string' }, help: { type: 'boolean' } } })
  if (values.help) return console.log(usage)
  const backend = values.api === undefined ? await startBackend() : undefined
  try {
    const apiUrl = (values.api ?? backend?.apiUrl ?? '').replace(/\/$/, '')
    const config = await readConfig(apiUrl).catch(() => {
      throw new Error(`no Annals backend answers at ${apiUrl}: start one with npm start, or omit --api`)
    })
    if (!config.awsEndpoint)
      throw new Error('the demo reads codes from the local mailbox: name a local backend')
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
