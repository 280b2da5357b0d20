import { parseStreamName } from '../../../domain/kernel/stream.ts'
import { type OpsCommand, oneOperand } from './command.ts'
import { columns } from './printing.ts'
import { readStored } from './stored-stream.ts'

export const eventsHandled: OpsCommand = {
  name: 'events handled',
  usage: 'events handled STREAM',
  summary: 'the reactions to the events of a stream, such as mail, and the outcome of each',
  options: [],
  async run(request, ports) {
    const { stream } = parseStreamName(oneOperand(request, 'STREAM'))
    const { commits, handled, reactions } = await ports()
    const wanted: { version: number; type: string; reaction: string; event: string }[] = []
    let exists = false
    for await (const stored of readStored(commits, stream)) {
      exists = true
      if (!('commit' in stored)) continue
      for (const [index, { type }] of stored.commit.events.entries()) {
        const version = stored.commit.version + index
        for (const { name, eventTypes } of reactions)
          if (eventTypes.includes(type))
            wanted.push({ version, type, reaction: name, event: `${stream}/${version}` })
      }
    }
    if (!exists) throw new Error(`there is no stream ${stream}`)
    const found = await handled.read(wanted)
    const shown = wanted.map(({ version, type, reaction }, index) => {
      const one = found[index]
      return { stream, version, type, reaction, status: one?.status ?? 'NONE', outcome: one?.outcome }
    })
    const lines = shown.map(({ version, type, reaction, status, outcome = '' }) => [
      String(version).padStart(6),
      type,
      reaction,
      said[status] ?? status,
      outcome,
    ])
    const none = `No reaction is declared for the events of ${stream}.`
    return { json: shown, text: lines.length === 0 ? none : columns(lines) }
  },
}

const said: Readonly<Record<string, string>> = {
  COMPLETED: 'done',
  INPROGRESS: 'RUNNING OR CRASHED',
  NONE: 'not recorded: not handled yet, failed, or longer ago than entries are kept',
}
