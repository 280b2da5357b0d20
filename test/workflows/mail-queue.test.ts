import { describe, expect, it } from 'vitest'
import { mails } from '../../workflows/mails.ts'
import { type MailReaction, mailHandler } from '../../workflows/reactions/mail-queue.ts'
import { reactions } from '../../workflows/reactions.ts'

const context = { awsRequestId: 'request', getRemainingTimeInMillis: () => 20_000 }

/** Reactions that note their name when they handle an event. */
function reactionsTo(rows: readonly { name: string; eventTypes: [string]; schema: number }[]) {
  const handled: string[] = []
  const all = rows.map(
    (row): MailReaction => ({
      row: { ...row, sendsMail: true, calls: [] },
      handle: async () => void handled.push(row.name),
    }),
  )
  const lines: unknown[] = []
  const handle = mailHandler(all, { error: (message) => void lines.push(message) })
  return {
    handled,
    lines,
    handle: (type: string, schema: number) => handle({ 'detail-type': type, detail: { schema } }, context),
  }
}

describe('the queue of all mail', () => {
  it('gives an event to every reaction to its type and schema, and to no other', async () => {
    const { handled, handle } = reactionsTo([
      { name: 'first', eventTypes: ['ShipSunk'], schema: 1 },
      { name: 'second', eventTypes: ['ShipSunk'], schema: 1 },
      { name: 'newer', eventTypes: ['ShipSunk'], schema: 2 },
      { name: 'other', eventTypes: ['ShipNamed'], schema: 1 },
    ])
    await handle('ShipSunk', 1)
    expect(handled).toEqual(['first', 'second'])
  })

  it('refuses an event that no reaction is for', async () => {
    const { handled, lines, handle } = reactionsTo([{ name: 'first', eventTypes: ['ShipSunk'], schema: 1 }])
    await expect(handle('ShipSunk', 2)).rejects.toMatchObject({ code: 'unreadable' })
    await expect(handle('ShipNamed', 1)).rejects.toMatchObject({ code: 'unreadable' })
    expect(handled).toEqual([])
    expect(lines).toEqual(['event cannot be read', 'event cannot be read'])
  })

  it('has a mail for every row that sends one', () => {
    expect(mails).toHaveLength(reactions.filter(({ sendsMail }) => sendsMail).length)
  })
})
