import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { assemblyOf } from '../build/assemble.ts'
import { writeUnitsOf } from '../cli/ops/replay-start.ts'
import { readStage } from '../stages/read-stage.ts'
import { stageName } from '../stages/stage-name.ts'
import { openAccount } from './account/account.ts'
import { reasonOf } from './account/config.ts'
import { openBackend } from './backend.ts'
import { stageOptions, typed, useAccount } from './options.ts'
import { planOf } from './plan.ts'
import { deploy } from './steps/deployment.ts'
import { bundles, openTools } from './tools.ts'

const usage = `npm run deploy -- --stage NAME [OPTION…]

Checks the account, deploys the stage, and tests it. The same command continues after a failure.

  --stage NAME     the stage; otherwise the variable STAGE, or dev
  --check          only check the account, and change nothing
  --profile NAME   a profile of your AWS settings
  --region NAME    the region, if your AWS settings name another one
  --adopt          take over the data that a deleted stack of the stage has left behind
  --leave          leave that data alone, and start empty
  --no-replay      do not build new versions of read models
  --speed WCU      build them with at most so many write units a second
  --no-smoke       do not test the backend afterwards
  --help           this text`

const flag = { type: 'boolean', default: false } as const

/** `npm run deploy`. Returns whether the stage is deployed and works. */
async function run(args: string[]): Promise<boolean> {
  const { values } = parseArgs({
    args,
    options: {
      ...stageOptions,
      check: flag,
      adopt: flag,
      leave: flag,
      'no-replay': flag,
      'no-smoke': flag,
      speed: { type: 'string' },
    },
  })
  if (values.help) {
    console.log(usage)
    return true
  }
  if (values.adopt && values.leave) throw new Error('give --adopt or --leave, not both')
  // Read models are built last, after everything is deployed.
  writeUnitsOf(values.speed)
  useAccount(values)
  const stage = await readStage(stageName(values.stage))
  const outDir = assemblyOf(stage.name)
  const tell = (line: string) => console.log(line)
  return deploy(
    planOf(stage),
    {
      account: openAccount(),
      tools: openTools(outDir, async (isProtected) => {
        // CDK takes seconds to load.
        const { synthesise } = await import('../build/synthesise.ts')
        synthesise({ stage, bundles, outDir, isProtected })
      }),
      open: (outputs) => openBackend(outputs, { stage: stage.name, speed: values.speed, tell }),
      pause: (ms) => pause(ms),
      tell,
    },
    {
      command: typed('deploy', stage.name, args),
      leftovers: values.adopt ? 'adopt' : values.leave ? 'leave' : 'ask',
      checkOnly: values.check,
      replay: !values['no-replay'],
      smoke: !values['no-smoke'],
    },
  )
}

run(process.argv.slice(2)).then(
  (works) => {
    process.exitCode = works ? 0 : 1
  },
  (error: unknown) => {
    console.error(`annals cannot be deployed: ${reasonOf(error)}`)
    process.exitCode = 1
  },
)
