import * as z from 'zod/mini'
import type { Deadline } from '../../domain/kernel/cost.ts'
import { Problem } from '../../domain/kernel/problem.ts'
import { Postponed } from '../../workflows/reactions/postponed.ts'
import type { PublicEvent, Reaction } from '../../workflows/reactions/reaction.ts'
import type { SecretPorts } from '../../workflows/reactions/secret-reaction.ts'
import { bookingWebhook } from './booking-reactions.ts'

// #region reaction
const data = z.object({ bookingId: z.string(), ownerId: z.string() })

/** The address and the key are one secret, so a key is never sent to another address. */
const target = z.object({ url: z.url(), key: z.string().check(z.minLength(1)) })

/** Tells another service of a booking. */
export function bookingWebhookReaction({
  secret,
}: Pick<SecretPorts, 'secret'>): Reaction<z.infer<typeof data>> {
  return {
    row: bookingWebhook,
    data,
    async react(event, deadline) {
      const { url, key } = readTarget(await secret.value(deadline))
      await call(url, key, event, deadline)
      return 'called'
    },
  }
}

async function call(url: string, key: string, event: PublicEvent<unknown>, deadline: Deadline) {
  const { id, type, at, data } = event
  const { status } = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${key}`,
      // The same for every delivery and every try: the service acts once.
      'idempotency-key': id,
    },
    body: JSON.stringify({ id, type, at, data }),
    // A redirect would take the key to another address.
    redirect: 'error',
    signal: AbortSignal.timeout(Math.max(1, deadline.left())),
  }).catch((cause: unknown) => {
    throw new Problem('unavailable', 'The service did not answer. It is called again.', { cause })
  })
  if (status === 429 || status === 503) throw new Postponed(`The service answered ${status}.`)
  if (status < 200 || status > 299)
    throw new Problem('unavailable', `The service answered ${status}. It is called again.`)
}

/** The errors name no part of the secret. */
function readTarget(text: string): z.infer<typeof target> {
  try {
    return target.parse(JSON.parse(text))
  } catch {
    throw new Error('The secret is not {"url": "…", "key": "…"}.')
  }
}
// #endregion reaction
