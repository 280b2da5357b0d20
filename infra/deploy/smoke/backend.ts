import * as z from 'zod/mini'

/** How long one request may take. The API itself gives up earlier. */
const requestMs = 20_000

/** Where a backend is, as its own `/config.json` says. */
export interface BackendConfig {
  readonly region: string
  readonly userPoolId: string
  readonly userPoolClientId: string
  /** Endpoint of the AWS services; undefined if they are AWS's own. */
  readonly awsEndpoint?: string | undefined
}

const configSchema = z.object({
  region: z.string(),
  userPoolId: z.string(),
  userPoolClientId: z.string(),
  awsEndpoint: z.optional(z.string()),
})

/** An answer of the API; a body that is not a JSON object is empty. */
export interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

/** Reads where a backend is. Throws an Error that says what to do if nothing answers there. */
export async function readConfig(apiUrl: string): Promise<BackendConfig> {
  const response = await fetch(`${apiUrl}/config.json`, { signal: AbortSignal.timeout(requestMs) }).catch(
    (cause: unknown) => {
      throw new Error(`nothing answers at ${apiUrl}: compare it with the output ApiUrl of the deployment`, {
        cause,
      })
    },
  )
  const { data } = configSchema.safeParse(await response.json().catch(() => undefined))
  if (data !== undefined) return data
  throw new Error(
    `${apiUrl}/config.json answers ${response.status} and no configuration: see the log of QueryApi`,
  )
}

/** Sends one request to the API. */
export async function call(apiUrl: string, path: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(`${apiUrl}${path}`, { ...init, signal: AbortSignal.timeout(requestMs) })
  const { data: body = {} } = z
    .record(z.string(), z.unknown())
    .safeParse(await response.json().catch(() => undefined))
  return { status: response.status, body }
}
