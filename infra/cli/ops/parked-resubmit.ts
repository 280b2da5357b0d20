import { parseStreamName } from '../../../domain/kernel/stream.ts'
import { type OpsCommand, type OpsRequest, oneOperand } from './command.ts'
import { allParked, type ParkedStream, parkedOf, type Resubmitted, resubmitAll } from './parked.ts'
import type { Ports } from './ports.ts'
import { columns } from './printing.ts'
import { readStored } from './stored-stream.ts'

export const parkedResubmit: OpsCommand = {
  name: 'parked resubmit',
  usage: 'parked resubmit STREAM | --all',
  summary: 'tries parked streams again with this code; exits with 1 if one is still parked',
  options: ['all'],
  async run(request, ports) {
    const wanted = wantedOf(request)
    const opened = await ports()
    const parked = await wanted(opened)
    const results = await resubmitAll(parked, opened)
    return {
      json: results,
      text: results.length === 0 ? 'Nothing is parked.' : columns(results.map(cells)),
      failed: results.some(({ outcome }) => outcome === 'parked'),
    }
  },
}

function wantedOf(request: OpsRequest): (ports: Ports) => Promise<ParkedStream[]> {
  if (request.options.all) {
    if (request.operands.length > 0) throw new Error('give a STREAM or --all, not both')
    return allParked
  }
  const { stream } = parseStreamName(oneOperand(request, 'STREAM, or --all'))
  return async (ports) => {
    const parked = await parkedOf(stream, ports)
    if (parked.length > 0) return parked
    const first = await readStored(ports.commits, stream).next()
    if (first.done) throw new Error(`there is no stream ${stream}`)
    return []
  }
}

function cells({ by, stream, outcome, version, sent, error }: Resubmitted): string[] {
  const reached = version === undefined ? '' : `at version ${version}`
  const said = [reached, sent === undefined ? '' : `${sent} sent`].filter((part) => part !== '').join(', ')
  return [by, stream, outcome === 'done' ? 'done' : 'STILL PARKED', said, error ?? '']
}
