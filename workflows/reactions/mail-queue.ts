import type { Logger } from '@aws-lambda-powertools/logger'
import * as z from 'zod/mini'
import { Problem } from '../../domain/kernel/problem.ts'
import type { MailPorts } from './mailer.ts'
import { type Reaction, type ReactionPorts, reactionHandler } from './reaction.ts'
import type { EventHandler } from './reaction-queue.ts'
import { type ReactionRow, schemasOf } from './reaction-row.ts'

/** A reaction that sends mail, with the handler of its events. */
export interface MailReaction {
  readonly row: ReactionRow
  readonly handle: EventHandler
}

/** Completes a reaction with the ports of the function. The type of its data stays inside. */
export type AnyMailReaction = (ports: MailPorts, reactionPorts: ReactionPorts) => MailReaction

/** Makes an entry of the list of mails from a reaction. */
export function mail<Data>(reactionWith: (ports: MailPorts) => Reaction<Data>): AnyMailReaction {
  return (ports, reactionPorts) => {
    const reaction = reactionWith(ports)
    return { row: reaction.row, handle: reactionHandler(reaction, reactionPorts) }
  }
}

const known = z.object({ 'detail-type': z.string(), detail: z.object({ schema: z.number() }) })

/**
 * Handles the events of the queue of all mail: each goes to the reactions whose row names its type and schema. Throws
 * `unreadable` if there is none.
 */
export function mailHandler(reactions: readonly MailReaction[], logger: Pick<Logger, 'error'>): EventHandler {
  return async (event, context) => {
    const { data } = known.safeParse(event)
    const wanted = reactions.filter(
      ({ row }) =>
        schemasOf(row).some((schema) => schema === data?.detail.schema) &&
        row.eventTypes.some((type) => type === data?.['detail-type']),
    )
    if (wanted.length === 0) {
      const error = new Problem('unreadable', 'No mail is about an event of this type and schema.')
      logger.error('event cannot be read', { requestId: context.awsRequestId, error })
      throw error
    }
    for (const { handle } of wanted) await handle(event, context)
  }
}
