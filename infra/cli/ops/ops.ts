import { parseArgs } from 'node:util'
import { stageName } from '../../stages/stage-name.ts'
import { adminAdd, adminList, adminRemove } from './admin.ts'
import type { Answer, OpsCommand, Options } from './command.ts'
import { eventsHandled } from './events-handled.ts'
import { eventsShow } from './events-show.ts'
import { eventsTail } from './events-tail.ts'
import { failuresDiscard } from './failures-discard.ts'
import { failuresList } from './failures-list.ts'
import { failuresRetry } from './failures-retry.ts'
import { failuresShow } from './failures-show.ts'
import { find } from './find.ts'
import { lag } from './lag.ts'
import { parkedList } from './parked-list.ts'
import { parkedResubmit } from './parked-resubmit.ts'
import { parkedShow } from './parked-show.ts'
import { openStores, type Stores } from './ports.ts'
import { jsonText, printable, reasonOf } from './printing.ts'
import { replayClean } from './replay-clean.ts'
import { replayStart } from './replay-start.ts'
import { replayCancel, replayStatus } from './replay-status.ts'
import { replayRollback, replaySwitch } from './replay-switch.ts'
import { republish } from './republish.ts'
import { findStack } from './stack.ts'
import { state } from './state.ts'
import { trace } from './trace.ts'
import { verify } from './verify.ts'

const commands: readonly OpsCommand[] = [
  eventsShow,
  eventsTail,
  eventsHandled,
  find,
  state,
  parkedList,
  parkedShow,
  parkedResubmit,
  failuresList,
  failuresShow,
  failuresRetry,
  failuresDiscard,
  trace,
  lag,
  verify,
  republish,
  replayStart,
  replayStatus,
  replayCancel,
  replaySwitch,
  replayRollback,
  replayClean,
  adminAdd,
  adminRemove,
  adminList,
]

/**
 * `npm run ops -- …`, operator commands: show a stream's events or a past state, list and retry parked streams, verify a
 * read model, rebuild one. They work on a backend on this machine or in an account.
 */
const usage = `npm run ops -- COMMAND [OPTION…]

${linesOf(commands)}

  --json          print JSON; npm run --silent ops -- … prints nothing else
  --stage NAME    stage to work on; the default is the variable STAGE, or else dev
  --aws           work on the stage in your AWS account instead of the local cloud
  --region NAME   AWS region, if it is not the one of your AWS settings; needs --aws
  --help          this text`

/** The commands, one a line. A command that fills its column has its summary on a line of its own. */
function linesOf(list: readonly OpsCommand[]): string {
  const column = 42
  return list
    .map(({ usage: typed, summary }) => {
      const gap = typed.length > column ? `\n${' '.repeat(column + 3)}` : ' '
      return `  ${typed.padEnd(column)}${gap}${summary}`
    })
    .join('\n')
}

/** The reason why the words name no command, and the commands to choose from: those of the same group, if there are any. */
function noCommand(words: readonly string[]): string {
  const [group] = words
  if (group === undefined) return `give a command\n\n${usage}`
  const near = commands.filter(({ name }) => name.startsWith(`${group} `))
  const choice = near.length > 0 ? linesOf(near) : usage
  return `${printable(`"${words.join(' ')}" is not a command`)}\n\n${choice}`
}

/** Runs the command that the operator typed. Returns whether it achieved its purpose. */
async function run(): Promise<boolean> {
  const text = { type: 'string' } as const
  const flag = { type: 'boolean' } as const
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      json: flag,
      help: flag,
      all: flag,
      repair: flag,
      'accept-parked': flag,
      stage: text,
      aws: flag,
      region: text,
      version: text,
      at: text,
      from: text,
      to: text,
      segments: text,
      speed: text,
      email: text,
      title: text,
      reason: text,
      event: text,
    },
  })
  const { json, help, stage, aws, region, 'accept-parked': acceptParked, ...others } = values
  const options: Options = { ...others, ...(acceptParked && { acceptParked }) }
  if (help) {
    console.log(usage)
    return true
  }
  const command = commands.find(({ name }) => isCommand(name, positionals))
  if (command === undefined) {
    console.error(`ops: ${noCommand(positionals)}`)
    return false
  }
  const operands = positionals.slice(command.name.split(' ').length)
  for (const option of Object.keys(options) as (keyof Options)[]) // these are the only other options
    if (!command.options.includes(option))
      throw new Error(`${command.name} takes no --${option === 'acceptParked' ? 'accept-parked' : option}`)

  const show = (answer: Answer, indent?: number) =>
    console.log(json ? jsonText(answer.json, indent) : answer.text)
  const stores = async (): Promise<Stores> =>
    openStores(await findStack({ stage: stageName(stage), aws, region }))
  const answer = await command.run(
    {
      operands,
      options,
      untilInterrupted,
      print: (object, line) => show({ json: object, text: line }),
      tell: (line) => console.error(line),
    },
    async () => {
      const opened = await stores()
      return { ...opened, ...(await opened.code()) }
    },
    stores,
  )
  if (answer !== undefined) show(answer, 2)
  return answer?.failed !== true
}

/** Whether a signal has arrived. The process then ends without waiting for unfinished work. */
let isInterrupted = false

/**
 * Returns a signal that the first interrupt aborts. Later interrupts are ignored, because npm sends each of them
 * twice.
 */
function untilInterrupted(): AbortSignal {
  const interrupted = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.on(signal, () => {
      if (isInterrupted) return
      isInterrupted = true
      console.error('stopping…')
      interrupted.abort()
    })
  return interrupted.signal
}

function end(code: number): void {
  if (isInterrupted) process.exit(code)
  process.exitCode = code
}

function isCommand(name: string, positionals: readonly string[]): boolean {
  return name.split(' ').every((word, index) => positionals[index] === word)
}

// The SDK warns about old versions of Node. package.json already declares the supported ones.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true'
// The reader of the output may close it early, as `head` does.
process.stdout.on('error', () => process.exit(0))

run().then(
  (achieved) => end(achieved ? 0 : 1),
  (error: unknown) => {
    console.error(`ops: ${reasonOf(error)}`)
    end(1)
  },
)
