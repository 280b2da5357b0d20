import { parseStreamName } from '../../../domain/kernel/stream.ts'
import { codeIfLoadable } from './code-if-loadable.ts'
import { type OpsCommand, oneOperand } from './command.ts'
import { columns } from './printing.ts'
import { eventCells, type ShownEvent, shownEvents } from './stored-event.ts'
import { readStored } from './stored-stream.ts'

export const eventsShow: OpsCommand = {
  name: 'events show',
  usage: 'events show STREAM',
  summary:
    'the events of a stream as they are stored, with actor and correlation id, including unreadable events',
  options: [],
  async run(request, _, stores) {
    const { stream } = parseStreamName(oneOperand(request, 'STREAM'))
    const opened = await stores()
    const catalogue = (await codeIfLoadable(opened, request))?.catalogue
    const events: ShownEvent[] = []
    for await (const stored of readStored(opened.commits, stream))
      events.push(...shownEvents(stream, stored, catalogue))
    if (events.length === 0) throw new Error(`there is no stream ${stream}`)
    return { json: events, text: columns(events.map(eventCells)) }
  },
}
