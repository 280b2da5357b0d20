import * as z from 'zod/mini'
import type { Deadline } from '../../domain/kernel/cost.ts'
import { Problem } from '../../domain/kernel/problem.ts'
import type { Secret } from '../../workflows/reactions/secret.ts'
import type { Payments } from './payments.ts'

const target = z.object({ url: z.url(), key: z.string() })

/** A service that takes money over HTTP. It answers 402 to a payment that it declines. */
export function httpPayments(secret: Secret): Payments {
  const post = async (action: 'charge' | 'refund', key: string, body: object, deadline: Deadline) => {
    const service = target.parse(JSON.parse(await secret.value(deadline)))
    const { status } = await fetch(new URL(`/${action}`, service.url), {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${service.key}`,
        'idempotency-key': `${key}/${action}`,
      },
      body: JSON.stringify({ payment: key, ...body }),
      redirect: 'error',
      signal: AbortSignal.timeout(Math.max(1, deadline.left())),
    })
    if (status !== 402 && (status < 200 || status > 299))
      throw new Problem('unavailable', `The service answered ${status}. It is called again.`)
    return status
  }
  return {
    async charge(key, cents, deadline) {
      return (await post('charge', key, { cents }, deadline)) === 402 ? 'declined' : 'charged'
    },
    async refund(key, deadline) {
      await post('refund', key, {}, deadline)
    },
  }
}
