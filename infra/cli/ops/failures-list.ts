import type { OpsCommand } from './command.ts'
import type { FailedWork, WorkQueue } from './failures/failed-work.ts'
import { kindOf } from './failures/queue-kind.ts'
import { columns } from './printing.ts'

export const failuresList: OpsCommand = {
  name: 'failures list',
  usage: 'failures list',
  summary: 'every queue of waiting or failed work: its messages, the oldest, the meaning and what to type',
  options: [],
  async run({ operands }, _, stores) {
    if (operands.length > 0) throw new Error('failures list takes no operand')
    const work = await (await stores()).failedWork()
    const all = (await work.queues()).toSorted((one, other) => (one.name < other.name ? -1 : 1))
    const shown = []
    for (const queue of all) {
      const { kind, isLive, meaning, advice } = kindOf(queue, all)
      const oldest = isLive || queue.messages === 0 ? undefined : await oldestOf(queue, work)
      const { name, messages, inFlight } = queue
      shown.push({ queue: name, kind, messages, inFlight, oldest, meaning, advice })
    }
    const rows = shown.map(({ queue, messages, inFlight, oldest = '', meaning }) => [
      queue,
      `${messages}`,
      `${inFlight}`,
      oldest,
      meaning,
    ])
    const table = columns([['QUEUE', 'MESSAGES', 'IN FLIGHT', 'OLDEST', 'MEANING'], ...rows])
    const toDo = shown
      .filter(({ messages }) => messages > 0)
      .map(({ queue, kind, advice }) => {
        const look = kind === 'waiting' || kind === 'redriven' ? '' : `failures show ${queue}; `
        return `${queue}: ${look}${advice}`
      })
    return { json: shown, text: [table, ...toDo].join('\n') }
  },
}

/** When the oldest message was sent. SQS returns the older ones of its servers first, so the first few tell. */
async function oldestOf(queue: WorkQueue, work: FailedWork): Promise<string | undefined> {
  const times: number[] = []
  await work.visit(queue, async (messages) => {
    times.push(...messages.map(({ sentAt }) => sentAt))
    return false
  })
  return times.length === 0 ? undefined : new Date(Math.min(...times)).toISOString()
}
