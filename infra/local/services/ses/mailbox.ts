import { join } from 'node:path'
import type { AwsResponse } from '../../gateway/aws-service.ts'
import { openJournal } from '../../storage/journal.ts'

export interface Mail {
  readonly to: string
  readonly subject: string
  readonly text: string
  /** When it was delivered: ISO 8601 UTC with milliseconds. */
  readonly at: string
}

/** Where all mail of the local cloud ends: nothing leaves the machine. */
export interface Mailbox {
  deliver(mail: Omit<Mail, 'at'>): void
  /** Newest first; with `to`, those to that address, whatever its case. */
  list(to?: string): Mail[]
}

/** The newest that are kept; older ones make room. */
const KEPT = 5_000

/** Opens the mailbox in `dataDir`. What was delivered survives a restart and `kill -9`. */
export function openMailbox(dataDir: string): Mailbox {
  const mails = openJournal<Mail>(join(dataDir, 'mail.jsonl'))
  let last = Math.max(0, ...[...mails.entries()].map(([key]) => Number(key)))

  return {
    deliver({ to, subject, text }) {
      last += 1
      mails.set(String(last), { to, subject, text, at: new Date().toISOString() })
      for (const [oldest] of mails.entries()) {
        if (mails.size <= KEPT) break
        mails.delete(oldest)
      }
    },
    list(to) {
      const newestFirst = [...mails.values()].reverse()
      const address = to?.toLowerCase()
      return address === undefined ? newestFirst : newestFirst.filter((m) => m.to.toLowerCase() === address)
    },
  }
}

/** The mailbox over HTTP: `GET /_local/mail?to=ADDRESS`; `undefined` for any other address. */
export function mailPage(mailbox: Mailbox, url: URL): AwsResponse | undefined {
  if (url.pathname !== '/_local/mail') return undefined
  const body = JSON.stringify(mailbox.list(url.searchParams.get('to') ?? undefined), undefined, 2)
  return { status: 200, headers: { 'content-type': 'application/json' }, body: `${body}\n` }
}
