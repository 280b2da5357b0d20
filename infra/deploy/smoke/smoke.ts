import { type Answer, call } from './backend.ts'
import type { SmokePeople } from './people.ts'
import { demandSuccess, type FeatureSteps, type Scene, type SmokeStep } from './step.ts'

export interface SmokeOptions {
  readonly apiUrl: string
  readonly people: SmokePeople
  readonly features: readonly FeatureSteps[]
  /** Milliseconds from any start. */
  readonly elapsed: () => number
  readonly pause: (ms: number) => Promise<void>
  readonly tell: (line: string) => void
  /** How long work behind the API may take; 60 s unless told otherwise. */
  readonly patienceMs?: number
}

export interface SmokeFailure {
  readonly step: string
  readonly reason: string
  /** Where to look. */
  readonly look: string
}

const usualPatienceMs = 60_000
const pauseMs = 500

/**
 * Tries a running backend as one person would: signs in, writes, reads, and deletes the account. Tells each step with
 * its time. Returns what failed first, or nothing. Removes the person whatever happens.
 */
export async function smoke(options: SmokeOptions): Promise<SmokeFailure | undefined> {
  const { people, features, elapsed, tell } = options
  let token = ''
  let isRegistered = false
  const scene = sceneOf(options, () => token)
  const steps: readonly SmokeStep[] = [
    {
      name: 'the API answers',
      look: 'the output ApiUrl of the deployment, and the log of QueryApi',
      run: async ({ query }) => demandSuccess(await query('/health')),
    },
    {
      name: 'a person joins and signs in',
      look: 'your rights on the user pool, and the log of Registration',
      async run() {
        token = (await people.join()).accessToken
      },
    },
    {
      name: 'the person is registered at the first use',
      look: 'the logs of QueryApi and Registration',
      async run({ query }) {
        const answer = await query('/me')
        demandSuccess(answer)
        isRegistered = true
        if (answer.body['email'] === people.email) return
        throw new Error(`the address is ${JSON.stringify(answer.body['email'])}, not ${people.email}`)
      },
    },
    ...features.flatMap((steps) => steps()),
    {
      name: 'the account is deleted',
      look: 'the log of CommandApi',
      async run({ command }) {
        demandSuccess(await command('delete-account', {}))
        isRegistered = false
      },
    },
    {
      name: 'the sign-in is gone, too',
      look: 'the logs of Forwarder and DeleteSignIn, and npm run ops -- parked list',
      run: ({ until }) =>
        until(
          async () => ({ status: (await people.exists()) ? 200 : 404, body: {} }),
          ({ status }) => (status === 404 ? undefined : 'the user pool still has the person'),
        ),
    },
  ]
  try {
    for (const step of steps) {
      const began = elapsed()
      const reason = await step.run(scene).then(() => undefined, reasonOf)
      const ms = `${Math.round(elapsed() - began)} ms`.padStart(9)
      if (reason === undefined) {
        tell(`ok     ${ms}  ${step.name}`)
        continue
      }
      tell(`FAILED ${ms}  ${step.name}: ${reason}`)
      return { step: step.name, reason, look: step.look }
    }
    return undefined
  } finally {
    await cleanUp(options, scene, isRegistered)
  }
}

/** Leaves nothing of the person behind. A failure of this is told and is no failure of the backend. */
async function cleanUp({ people, tell }: SmokeOptions, scene: Scene, isRegistered: boolean): Promise<void> {
  try {
    if (isRegistered) demandSuccess(await scene.command('delete-account', {}))
  } catch (error) {
    tell(`The account of ${people.email} could not be deleted: ${reasonOf(error)}`)
  }
  try {
    await people.remove()
  } catch (error) {
    tell(`${people.email} could not be removed from the user pool: ${reasonOf(error)}`)
  }
}

function sceneOf({ apiUrl, elapsed, pause, patienceMs }: SmokeOptions, token: () => string): Scene {
  const authorization = (): Record<string, string> =>
    token() === '' ? {} : { authorization: `Bearer ${token()}` }
  return {
    command: (name, body) =>
      call(apiUrl, `/commands/${name}`, {
        method: 'POST',
        headers: { ...authorization(), 'content-type': 'application/json' },
        body: JSON.stringify(body),
      }),
    query: (path, headers) => call(apiUrl, path, { headers: { ...authorization(), ...headers } }),
    async until(ask, wrong) {
      const began = elapsed()
      for (;;) {
        const answer: Answer = await ask()
        const what = wrong(answer)
        if (what === undefined) return
        if (elapsed() - began >= (patienceMs ?? usualPatienceMs)) throw new Error(what)
        await pause(pauseMs)
      }
    },
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const known = '$fault' in error ? `${error.name}: ` : ''
  return `${known}${error.message.split('\n')[0]}`
}
