import { parseArgs } from 'node:util'
import type { Answer, OpsCommand, Options } from './command.ts'
import { eventsShow } from './events-show.ts'
import { eventsTail } from './events-tail.ts'
import { parkedList } from './parked-list.ts'
import { parkedResubmit } from './parked-resubmit.ts'
import { openPorts } from './ports.ts'
import { jsonText, printable, reasonOf } from './printing.ts'
import { replayClean } from './replay-clean.ts'
import { replayStart } from './replay-start.ts'
import { replayCancel, replayStatus } from './replay-status.ts'
import { replayRollback, replaySwitch } from './replay-switch.ts'
import { republish } from './republish.ts'
import { findStack } from './stack.ts'
import { state } from './state.ts'
import { verify } from './verify.ts'

const commands: readonly OpsCommand[] = [
  eventsShow,
  eventsTail,
  state,
  parkedList,
  parkedResubmit,
  verify,
  republish,
  replayStart,
  replayStatus,
  replayCancel,
  replaySwitch,
  replayRollback,
  replayClean,
]

/** `npm run ops -- …`: what an operator asks of a running backend, on this machine or in an account. */
const usage = `npm run ops -- COMMAND [OPTION…]

${commands.map(({ usage: line, summary }) => `  ${line.padEnd(42)} ${summary}`).join('\n')}

  --json          print JSON; npm run --silent ops -- … prints nothing else
  --stack NAME    work on that stack of your AWS account; otherwise on the local cloud that runs on ANNALS_DATA (.annals)
  --region NAME   the stack's region, where it is not the one that your AWS settings name
  --help          this text`

/** Runs what the command line says. Returns whether it came to what was asked for. */
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
      stack: text,
      region: text,
      version: text,
      at: text,
      from: text,
      to: text,
      segments: text,
      speed: text,
    },
  })
  const { json, help, stack, region, ...options } = values
  if (help) {
    console.log(usage)
    return true
  }
  const command = commands.find(({ name }) => isCommand(name, positionals))
  if (command === undefined) {
    const what = positionals.length === 0 ? 'say what' : `"${positionals.join(' ')}" is not a command`
    console.error(`ops: ${printable(what)}\n\n${usage}`)
    return false
  }
  const operands = positionals.slice(command.name.split(' ').length)
  for (const option of Object.keys(options) as (keyof Options)[]) // exactly these are left
    if (!command.options.includes(option)) throw new Error(`${command.name} takes no --${option}`)

  const show = (answer: Answer, indent?: number) =>
    console.log(json ? jsonText(answer.json, indent) : answer.text)
  const answer = await command.run(
    {
      operands,
      options,
      untilInterrupted,
      print: (object, line) => show({ json: object, text: line }),
      tell: (line) => console.error(line),
    },
    async () => openPorts(await findStack({ stack, region })),
  )
  if (answer !== undefined) show(answer, 2)
  return answer?.failed !== true
}

function untilInterrupted(): AbortSignal {
  const interrupted = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interrupted.abort())
  return interrupted.signal
}

function isCommand(name: string, positionals: readonly string[]): boolean {
  return name.split(' ').every((word, index) => positionals[index] === word)
}

// Which Node runs this is the developer's business, and stands in package.json.
process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true'
// Who reads the output may have seen enough of it, as head does.
process.stdout.on('error', () => process.exit(0))

run().then(
  (achieved) => {
    process.exitCode = achieved ? 0 : 1
  },
  (error: unknown) => {
    console.error(`ops: ${reasonOf(error)}`)
    process.exitCode = 1
  },
)
