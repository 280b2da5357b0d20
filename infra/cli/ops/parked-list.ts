import type { OpsCommand } from './command.ts'
import { allParked } from './parked.ts'
import { columns } from './printing.ts'

export const parkedList: OpsCommand = {
  name: 'parked list',
  usage: 'parked list',
  summary: 'the streams in which a read model or the forwarder is stopped, and why',
  options: [],
  async run({ operands }, _, stores) {
    if (operands.length > 0) throw new Error('parked list takes no operand')
    const parked = await allParked(await stores())
    if (parked.length === 0) return { json: [], text: 'Nothing is parked.' }
    const lines = parked.map(({ by, stream, version, since, event, error }) => [
      by,
      stream,
      String(version),
      since,
      `${event.version} ${event.type ?? '?'}`,
      error,
    ])
    const table = columns([['PARKED BY', 'STREAM', 'REACHED', 'SINCE', 'EVENT', 'ERROR'], ...lines])
    const hint =
      'Show where the error was thrown: parked show STREAM\n' +
      'Deploy code that reads the event, then try again: parked resubmit STREAM | --all'
    return { json: parked, text: `${table}\n${hint}` }
  },
}
