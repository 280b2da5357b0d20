import { userInfo } from 'node:os'
import type { OpsCommand } from './command.ts'
import { choiceOf, eachChosen, findFailures } from './failures/find-queue.ts'
import { shownFailure } from './failures/shown-failure.ts'
import { columns, jsonText } from './printing.ts'

export const failuresDiscard: OpsCommand = {
  name: 'failures discard',
  usage: 'failures discard QUEUE MESSAGE-ID | --all --reason TEXT',
  summary:
    'deletes failed work without doing it; a JSON line per message on standard error records who and why',
  options: ['all', 'reason'],
  async run({ operands, options, tell }, _, stores) {
    const reason = options.reason?.trim() ?? ''
    if (reason === '') throw new Error('give --reason TEXT: the line that records the deletion contains it')
    const { name, choice } = choiceOf(operands, options.all)
    const { failedWork, clock } = await stores()
    const found = await findFailures(name, await failedWork())
    const results = await eachChosen(found, choice, async (message) => {
      await message.delete()
      const { reason: failedBecause, ...failure } = shownFailure(message, found.kind)
      const line = {
        message: 'failed work is discarded',
        timestamp: new Date(clock.now()).toISOString(),
        operator: userInfo().username,
        queue: name,
        reason,
        ...failure,
        failedBecause,
        body: message.body,
      }
      tell(jsonText(line))
      return { id: message.id, outcome: 'discarded', subject: failure.subject, event: failure.event }
    })
    const rows = results.map(({ id, outcome, subject = '', event = '' }) => [id, outcome, subject, event])
    return { json: results, text: rows.length === 0 ? `${name} has no message.` : columns(rows) }
  },
}
