import { randomUUID } from 'node:crypto'
import { parseArgs } from 'node:util'
import { newDataDir, removeDataDir } from '../kit/local-cloud/data-dir.ts'
import { fleetApp } from '../simulation/fleet.ts'
import { simulateKernel } from '../simulation/kernel.ts'
import { sampleApp } from '../simulation/project/app.ts'
import { addSchedules, noSchedules, simulateAll } from '../simulation/schedules.ts'
import { simulate } from '../simulation/simulate.ts'
import { runRound } from './round.ts'

const usage = `npm run soak [-- OPTION…]

  --minutes N   duration (60)
  --seed S      decides what is killed when, and which calls fail; every run prints its seed
  --help        this text

Runs \`npm start\` under load with every kind of fault, and kills its processes at random moments. Between two such
rounds it simulates schedules of whole backends, and many short ones of the kernel. Exits with 1 at the first event
that is lost, duplicated or wrong.`

/** Rates for every request, delivery and invocation of a round. */
const faults =
  'throttle=0.01,fail=0.01,fail-after=0.01,lose-answer=0.01,conflict=0.01,delay=0.02,duplicate=0.05,reorder=0.05,rewind=0.05,kill=0.005'
const killsOfRound = 8
const schedulesOfRound = 300
const kernelSchedulesOfRound = 20_000

async function soak(): Promise<void> {
  const text = { type: 'string' } as const
  const options = { minutes: text, seed: text, help: { type: 'boolean', default: false } } as const
  const { minutes = '60', seed = randomUUID().slice(0, 8), help } = parseArgs({ options }).values
  if (help) return console.log(usage)
  if (!(Number(minutes) > 0)) throw new Error(`--minutes is "${minutes}": give a number`)
  console.log(`soak of ${minutes} minutes; repeat it with --seed ${seed}`)

  const end = performance.now() + Number(minutes) * 60_000
  const goesOn = () => performance.now() < end
  let whole = noSchedules
  let kernel = noSchedules
  const total = { rounds: 0, acknowledged: 0, repeats: 0, kills: 0 }
  const dataDir = newDataDir()
  for (let round = 1; goesOn(); round++) {
    const { acknowledged, repeats, kills } = await runRound({
      dataDir,
      seed: `${seed}-${round}`,
      kills: killsOfRound,
      faults,
      log: console.log,
    }).catch((error: unknown) => {
      console.error(`the data of round ${round} is kept in ${dataDir}`)
      throw error
    })
    total.rounds++
    total.acknowledged += acknowledged
    total.repeats += repeats
    total.kills += kills.length
    const schedules = { seed: `${seed}-${round}`, goesOn }
    for (const app of [fleetApp, sampleApp]) {
      const some = { ...schedules, count: schedulesOfRound / 2 }
      whole = addSchedules(whole, await simulateAll((one) => simulate(app, one), some))
    }
    kernel = addSchedules(
      kernel,
      await simulateAll(simulateKernel, { ...schedules, count: kernelSchedulesOfRound }),
    )
    const simulated = { schedules: whole.schedules, kernelSchedules: kernel.schedules }
    console.log(`round ${round}: ${JSON.stringify({ ...total, ...simulated })}`)
  }
  removeDataDir(dataDir)
  console.log(`schedules of whole backends: ${JSON.stringify(whole)}`)
  console.log(`schedules of the kernel: ${JSON.stringify(kernel)}`)
  console.log('nothing was lost, duplicated or wrong')
}

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true'
soak().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error instanceof Error ? error.message : error)
    process.exit(1)
  },
)
