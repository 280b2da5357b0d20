import { parseStreamName } from '../../../domain/kernel/stream.ts'
import { type OpsCommand, oneOperand } from './command.ts'
import { columns } from './printing.ts'
import { eventCells, type ShownEvent, shownEvents } from './stored-event.ts'
import { readStored } from './stored-stream.ts'

export const eventsShow: OpsCommand = {
  name: 'events show',
  usage: 'events show STREAM',
  summary: 'the events of a stream as they are stored, also those that this code cannot read',
  options: [],
  async run(request, ports) {
    const { stream } = parseStreamName(oneOperand(request, 'STREAM'))
    const { commits, catalogue } = await ports()
    const events: ShownEvent[] = []
    for await (const stored of readStored(commits, stream))
      events.push(...shownEvents(stream, stored, catalogue))
    if (events.length === 0) throw new Error(`there is no stream ${stream}`)
    return { json: events, text: columns(events.map(eventCells)) }
  },
}
