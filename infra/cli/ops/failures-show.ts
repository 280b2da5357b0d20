import { type OpsCommand, oneOperand } from './command.ts'
import { findFailures } from './failures/find-queue.ts'
import { type ShownFailure, shownFailure } from './failures/shown-failure.ts'
import { columns } from './printing.ts'

/** Maximum number of messages that are shown. Nobody reads more, and they are hidden from others meanwhile. */
const maxShown = 1000

export const failuresShow: OpsCommand = {
  name: 'failures show',
  usage: 'failures show QUEUE',
  summary: 'the messages of a queue of failed work: time, attempts, event, correlation id and reason',
  options: [],
  async run(request, _, stores) {
    const name = oneOperand(request, 'QUEUE')
    const { queue, kind, work } = await findFailures(name, await (await stores()).failedWork())
    const found = new Map<string, ShownFailure & { readonly body: string }>()
    await work.visit(queue, async (messages) => {
      const before = found.size
      for (const message of messages)
        found.set(message.id, { ...shownFailure(message, kind), body: message.body })
      return found.size > before && found.size < maxShown
    })
    const shown = [...found.values()].sort((one, other) => (one.at < other.at ? -1 : 1))
    if (shown.length === 0) return { json: [], text: `${name} has no message.` }
    const more = shown.length < maxShown ? [] : [`Only the first ${shown.length} messages are shown.`]
    const head = ['MESSAGE', 'SINCE', 'ATTEMPTS', 'SUBJECT', 'EVENT', 'CORRELATION ID', 'REASON']
    return {
      json: shown,
      text: [columns([head, ...shown.map(cells)]), ...more, `Next: ${kind.advice}`].join('\n'),
    }
  },
}

function cells(shown: ShownFailure): string[] {
  const { id, at, attempts = '', subject = '', event = '', correlationId = '', reason } = shown
  return [id, at, `${attempts}`, subject, event, correlationId, reason]
}
