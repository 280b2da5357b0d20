import { parseStreamName } from '../../../domain/kernel/stream.ts'
import { type OpsCommand, oneOperand } from './command.ts'
import { allParked, type ParkedStream } from './parked.ts'
import { printable } from './printing.ts'

export const parkedShow: OpsCommand = {
  name: 'parked show',
  usage: 'parked show STREAM',
  summary: 'the event that stops a stream, with the error and where in the code it was thrown',
  options: [],
  async run(request, _, stores) {
    const { stream } = parseStreamName(oneOperand(request, 'STREAM'))
    const parked = (await allParked(await stores())).filter((one) => one.stream === stream)
    if (parked.length === 0) return { json: [], text: `${stream} is not parked.` }
    return { json: parked, text: parked.map(paragraph).join('\n\n') }
  },
}

function paragraph({ by, version, since, error, event, stack }: ParkedStream): string {
  const at = event.type === undefined ? 'unreadable, so its type is unknown' : event.type
  return [
    `Parked by ${by} since ${since}`,
    `  event    ${event.version}, ${at}`,
    `  reached  ${version}`,
    `  error    ${error}`,
    // A stack begins with the error itself.
    ...(stack?.split('\n').slice(1) ?? []).map((line) => `           ${line.trim()}`),
  ]
    .map(printable)
    .join('\n')
}
