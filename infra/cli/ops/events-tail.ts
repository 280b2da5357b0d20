import { codeIfLoadable } from './code-if-loadable.ts'
import type { OpsCommand } from './command.ts'
import { columns } from './printing.ts'
import { eventCells, shownEvents } from './stored-event.ts'
import { storedOf } from './stored-stream.ts'

export const eventsTail: OpsCommand = {
  name: 'events tail',
  usage: 'events tail [STREAM | AGGREGATE]',
  summary: 'new events as they are stored, until ctrl-c; with --json one object per line',
  options: [],
  async run({ operands: [of, ...more], untilInterrupted, print, tell }, _, stores) {
    if (more.length > 0) throw new Error('give one STREAM or AGGREGATE, or nothing for all')
    const opened = await stores()
    const catalogue = (await codeIfLoadable(opened, { tell }))?.catalogue
    const onReady = () => tell(`new events of ${of ?? 'all streams'}; ctrl-c ends it`)
    for await (const item of opened.newItems(untilInterrupted(), onReady)) {
      const { pk } = item as { pk?: unknown } // an item of the event store
      const stream = String(pk)
      if (of !== undefined && stream !== of && !stream.startsWith(`${of}-`)) continue
      for (const event of shownEvents(stream, storedOf(item), catalogue))
        print(event, columns([[stream, ...eventCells(event)]]))
    }
    return undefined
  },
}
