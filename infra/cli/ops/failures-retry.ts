import type { OpsCommand } from './command.ts'
import type { TakenMessage } from './failures/failed-work.ts'
import { choiceOf, eachChosen, findQueue } from './failures/find-queue.ts'
import { type RetryOptions, retry } from './failures/retry.ts'
import { columns, reasonOf } from './printing.ts'

/** The result of retrying one message. */
interface Retried {
  readonly id: string
  readonly outcome: 'retried' | 'kept'
  /** The queue, function or state machine that does the work again. */
  readonly by?: string
  readonly error?: string
}

export const failuresRetry: OpsCommand = {
  name: 'failures retry',
  usage: 'failures retry QUEUE MESSAGE-ID | --all',
  summary: 'has failed work done again and removes it from its queue; exits with 1 if some is still there',
  options: ['all'],
  async run({ operands, options }, _, stores) {
    const { name, choice } = choiceOf(operands, options.all)
    const found = await findQueue(name, await (await stores()).failedWork())
    if (found.kind.isLive) {
      const { meaning, advice } = found.kind
      return { json: [], text: `${name} has ${meaning}. Nothing was done: ${advice}.`, failed: true }
    }
    const results = await eachChosen(found, choice, (message) => retryOne(message, found))
    return {
      json: results,
      text: results.length === 0 ? `${name} has no message.` : columns(results.map(cells)),
      failed: results.some(({ outcome }) => outcome === 'kept'),
    }
  },
}

/** Deletes the message only after its retry was accepted. If the deletion fails, the work is done twice at worst. */
async function retryOne(message: TakenMessage, options: RetryOptions): Promise<Retried> {
  const { id } = message
  let by: string | undefined
  try {
    by = await retry(message, options)
    await message.delete()
    return { id, outcome: 'retried', by }
  } catch (error) {
    return { id, outcome: 'kept', ...(by !== undefined && { by }), error: reasonOf(error) }
  }
}

function cells({ id, outcome, by = '', error }: Retried): string[] {
  const kept = by === '' ? 'KEPT' : 'RETRIED, BUT STILL IN THE QUEUE'
  return [id, outcome === 'retried' ? 'retried' : kept, error ?? by]
}
