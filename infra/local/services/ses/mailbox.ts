import { join } from 'node:path'
import type { AwsResponse } from '../../gateway/aws-service.ts'
import { openJournal } from '../../storage/journal.ts'

export interface Mail {
  readonly to: string
  readonly subject: string
  readonly text: string
  /** The time of delivery, in ISO 8601 UTC with milliseconds. */
  readonly at: string
}

/** Receives all mail of the local cloud: no mail leaves the machine. */
export interface Mailbox {
  deliver(mail: Omit<Mail, 'at'>): void
  /** Lists the mails, newest first. With `to`, lists only mails to that address, ignoring case. */
  list(to?: string): Mail[]
}

/** Maximum number of mails that are kept. The oldest are removed first. */
const KEPT = 5_000

/** Opens the mailbox in `dataDir`. Delivered mail survives a restart and `kill -9`. */
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

/** Serves the mailbox over HTTP: `GET /_local/mail?to=ADDRESS`. Returns `undefined` for any other path. */
export function mailPage(mailbox: Mailbox, url: URL): AwsResponse | undefined {
  if (url.pathname !== '/_local/mail') return undefined
  const body = JSON.stringify(mailbox.list(url.searchParams.get('to') ?? undefined), undefined, 2)
  return { status: 200, headers: { 'content-type': 'application/json' }, body: `${body}\n` }
}
