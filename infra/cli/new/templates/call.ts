import type { NewReaction } from './reaction.ts'

/** A reaction that calls a service of somebody else. Its address and its key are in a secret. */
export const callOf = (
  { name, type, idField }: NewReaction,
  service: string,
) => `import * as z from 'zod/mini'
import type { Deadline } from '../../domain/kernel/cost.ts'
import { Problem } from '../../domain/kernel/problem.ts'
import { Postponed } from '../reactions/postponed.ts'
import type { PublicEvent, Reaction } from '../reactions/reaction.ts'
import type { SecretPorts } from '../reactions/secret-reaction.ts'
import { ${name.camel} } from './reactions.ts'

/** It keeps the other fields of the public event, so the call carries all of them. */
const data = z.looseObject({ ${idField}: z.string().check(z.minLength(1)) })

type Data = z.infer<typeof data>

/** Address and key together: a key is never sent to an address that it was not given for. */
const target = z.object({ url: z.url(), key: z.string().check(z.minLength(1)) })

/** Tells ${service} about \`${type}\`. */
export function ${name.camel}Reaction({ secret }: Pick<SecretPorts, 'secret'>): Reaction<Data> {
  return {
    row: ${name.camel},
    data,
    async react(event, deadline) {
      const { url, key } = readTarget(await secret.value(deadline))
      await call(url, { key, event, deadline })
      return 'called'
    },
  }
}

/** The body of a call. It derives from the event alone, so that every try sends the same. */
function bodyOf({ id, type, at, data }: PublicEvent<Data>) {
  return { id, type, at, data }
}

interface Call {
  readonly key: string
  readonly event: PublicEvent<Data>
  readonly deadline: Deadline
}

async function call(url: string, { key, event, deadline }: Call): Promise<void> {
  const { status } = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: \`Bearer \${key}\`,
      // The same for every delivery and every try: the service acts once.
      'idempotency-key': event.id,
    },
    body: JSON.stringify(bodyOf(event)),
    // A redirect would take the key to another address.
    redirect: 'error',
    signal: AbortSignal.timeout(Math.max(1, deadline.left())),
  }).catch((cause: unknown) => {
    throw new Problem('unavailable', 'The service did not answer. It is called again.', { cause })
  })
  if (status === 429 || status === 503) throw new Postponed(\`The service answered \${status}.\`)
  if (status < 200 || status > 299)
    throw new Problem('unavailable', \`The service answered \${status}. It is called again.\`)
}

/** The errors name no part of the secret. */
function readTarget(text: string): z.infer<typeof target> {
  try {
    return target.parse(JSON.parse(text))
  } catch {
    throw new Error('The secret is not {"url": "…", "key": "…"}.')
  }
}
`

export const callTestOf = ({
  name,
  feature,
  type,
  idField,
}: NewReaction) => `import { describe, expect, it, onTestFinished } from 'vitest'
import { eventCatalogue } from '../../../../projections/event-catalogue.ts'
import { ${name.camel}Reaction } from '../../../../workflows/${feature.kebab}/${name.kebab}.ts'
import { ample } from '../../../kit/memory/read-side.ts'
import { startService } from '../../../kit/other-service.ts'

const example = eventCatalogue.publicEvents.find(({ type }) => type === '${type}')?.example
const event = {
  id: '${feature.camel}-1/1',
  type: '${type}',
  at: '2026-01-01T00:00:00.000Z',
  correlationId: 'c',
  data: { ...Object(example), ${idField}: '1' },
}

/** Calls a service that answers with a status, and no later than the deadline. */
async function react(status = 204, { deadline = ample, text = '' } = {}) {
  const { calls, url, close } = await startService(() => status)
  onTestFinished(close)
  const value = async () => text || JSON.stringify({ url, key: 'k3y' })
  return { calls, done: ${name.camel}Reaction({ secret: { value } }).react(event, deadline) }
}

describe('the call of ${name.kebab}', () => {
  it('reads the event that is published', () => {
    const { data } = ${name.camel}Reaction({ secret: { value: async () => '' } })
    expect(data.safeParse(example).success).toBe(true)
  })

  it('carries the key, the event, and its id as the idempotency key', async () => {
    const { calls, done } = await react()
    expect(await done).toBe('called')
    expect(calls).toMatchObject([
      {
        headers: { authorization: 'Bearer k3y', 'idempotency-key': event.id },
        body: { id: event.id, type: '${type}', data: { ${idField}: '1' } },
      },
    ])
  })

  it.each([429, 503])('is postponed if the service answers %i', async (status) => {
    const { done } = await react(status)
    await expect(done).rejects.toMatchObject({ name: 'Postponed' })
  })

  it.each([500, 400, 302])('fails, and so is repeated, if the service answers %i', async (status) => {
    const { calls, done } = await react(status)
    await expect(done).rejects.toMatchObject({ code: 'unavailable' })
    await expect(done).rejects.not.toThrow('k3y')
    expect(calls).toHaveLength(1)
  })

  it('fails if the service does not answer in time', async () => {
    const { done } = await react(0, { deadline: { left: () => 50 } })
    await expect(done).rejects.toMatchObject({ code: 'unavailable' })
  })

  it.each([
    'k3y',
    '{"url":"no address","key":"k3y"}',
    '{"key":"k3y"}',
  ])('fails without a call if the secret is %s, and the error names no part of it', async (text) => {
    const { calls, done } = await react(204, { text })
    await expect(done).rejects.toThrow(/^The secret is not \\{"url": "…", "key": "…"\\}\\.$/)
    expect(calls).toEqual([])
  })
})
`
