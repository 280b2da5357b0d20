import { createInterface } from 'node:readline/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { stackNames, stageName } from '../stages/stage-name.ts'
import { openAccount } from './account/account.ts'
import { reasonOf } from './account/config.ts'
import { destroy } from './destruction.ts'
import { stageOptions, typed, useAccount } from './options.ts'

const usage = `npm run destroy -- --stage NAME [OPTION…]

Deletes the service stack of a stage: the functions, the routes, the rules and the alarms. The data stack stays, with the
tables, the user pool, the files and the queues. Says what remains, its rough cost, and how to remove it.

  --stage NAME     the stage; otherwise the variable STAGE, or dev
  --yes NAME       confirm with the stage's name instead of typing it when asked
  --profile NAME   a profile of your AWS settings
  --region NAME    the region, if your AWS settings name another one
  --help           this text`

/** `npm run destroy`. Returns whether the service stack is gone. */
async function run(args: string[]): Promise<boolean> {
  const { values } = parseArgs({ args, options: { ...stageOptions, yes: { type: 'string' } } })
  if (values.help) {
    console.log(usage)
    return true
  }
  useAccount(values)
  const stage = stageName(values.stage)
  const { data: dataStack, service: serviceStack } = stackNames(stage)
  return destroy(
    { stage, dataStack, serviceStack },
    { account: openAccount(), ask, pause: (ms) => pause(ms), tell: console.log },
    { command: typed('destroy', stage, args), confirmed: values.yes },
  )
}

async function ask(question: string): Promise<string> {
  if (!process.stdin.isTTY) throw new Error('nobody can be asked here: confirm with --yes NAME')
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  try {
    return await terminal.question(question)
  } finally {
    terminal.close()
  }
}

run(process.argv.slice(2)).then(
  (isGone) => {
    process.exitCode = isGone ? 0 : 1
  },
  (error: unknown) => {
    console.error(`annals cannot be destroyed: ${reasonOf(error)}`)
    process.exitCode = 1
  },
)
