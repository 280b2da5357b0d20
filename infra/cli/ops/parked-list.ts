import type { OpsCommand } from './command.ts'
import { allParked } from './parked.ts'
import { columns } from './printing.ts'

export const parkedList: OpsCommand = {
  name: 'parked list',
  usage: 'parked list',
  summary: 'the streams that a read model or the forwarder goes no further in, and why',
  options: [],
  async run({ operands }, ports) {
    if (operands.length > 0) throw new Error('parked list takes no operand')
    const parked = await allParked(await ports())
    if (parked.length === 0) return { json: [], text: 'Nothing is parked.' }
    const lines = parked.map(({ by, stream, version, since, error }) => [
      by,
      stream,
      String(version),
      since,
      error,
    ])
    return { json: parked, text: columns([['PARKED BY', 'STREAM', 'REACHED', 'SINCE', 'ERROR'], ...lines]) }
  },
}
