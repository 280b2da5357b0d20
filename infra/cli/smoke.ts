import { resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { readConfig } from '../deploy/smoke/backend.ts'
import { featureSteps } from '../deploy/smoke/features.ts'
import { openPeople } from '../deploy/smoke/people.ts'
import { smoke } from '../deploy/smoke/smoke.ts'
import { readAnnouncement } from '../local/index.ts'
import { stageName } from '../stages/stage-name.ts'
import { dataFolderOf } from './data-folder.ts'

const usage = `npm run smoke [-- OPTION…]

Tries a running backend as one person would: signs in, writes, reads, and deletes the account.

  --api URL     the API of a deployment, which is its output ApiUrl; needs AWS credentials for its user pool.
                Without it: the local cloud that runs
  --stage NAME  the stage of the local cloud; otherwise the variable STAGE, or dev
  --help        this text

Ends with 1 if a step failed, and says where to look.`

/** `npm run smoke`. Returns whether everything worked. */
async function run(): Promise<boolean> {
  const { values } = parseArgs({
    options: { api: { type: 'string' }, stage: { type: 'string' }, help: { type: 'boolean' } },
  })
  if (values.help) {
    console.log(usage)
    return true
  }
  const apiUrl = (values.api ?? (await localApi(stageName(values.stage)))).replace(/\/+$/, '')
  console.log(`Smoke test of ${apiUrl}`)
  const config = await readConfig(apiUrl)
  const began = performance.now()
  const failure = await smoke({
    apiUrl,
    people: openPeople(config),
    features: featureSteps,
    elapsed: () => performance.now(),
    pause: (ms) => pause(ms),
    tell: console.log,
  })
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  console.log(
    failure === undefined
      ? `Everything works (${seconds} s).`
      : `The smoke test failed at "${failure.step}". Look at ${failure.look}.`,
  )
  return failure === undefined
}

/** The API of the local cloud that runs on the data folder of a stage. */
async function localApi(stage: string): Promise<string> {
  const dataDir = dataFolderOf(stage)
  const running = await readAnnouncement(resolve(dataDir))
  const url = running?.outputs['ApiUrl']
  if (url !== undefined) return url
  throw new Error(
    `no local cloud runs on ${dataDir}: start one with npm start, or name a deployment with --api URL`,
  )
}

// package.json declares which versions of Node this runs on.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true'

run().then(
  (worked) => {
    process.exitCode = worked ? 0 : 1
  },
  (error: unknown) => {
    console.error(`smoke: ${error instanceof Error ? error.message : String(error)}`)
    process.exitCode = 1
  },
)
