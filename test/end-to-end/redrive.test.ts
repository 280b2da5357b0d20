import { afterEach, describe, expect, it, vi } from 'vitest'
import { type RunningCloud, runLocalCloud, type Template } from '../kit/local-cloud/local-cloud.ts'
import { mailsTo, signUp } from '../kit/people/person.ts'

let running: RunningCloud
const soon = { timeout: 15_000, interval: 20 }

afterEach(() => running.close())

/** A mapping tries eleven times, which takes half a minute. Here it tries twice. */
function giveUpSoon({ Resources }: Template): void {
  for (const { Type, Properties } of Object.values(Resources))
    if (Type === 'AWS::Lambda::EventSourceMapping' && Properties['MaximumRetryAttempts'] !== undefined)
      Properties['MaximumRetryAttempts'] = 1
}

const logged = (line: RegExp) =>
  vi.waitFor(() => expect(running.lines).toContainEqual(expect.stringMatching(line)), soon)

/** Writes something. Kills a function at each of its runs, until its mapping gives up the commit. */
async function inVain<T>(name: 'Projector' | 'Forwarder', act: () => Promise<T>): Promise<T> {
  const { cloud } = running
  cloud.faults.shake({
    chances: { kill: 1 },
    seed: 'give up',
    delayMs: 0,
    at: new RegExp(`^run Annals-${name}[0-9A-F]{8}$`),
  })
  const done = await act()
  await logged(new RegExp(`^stream Annals-${name}[0-9A-F]{8} lost .*RetryAttemptsExhausted`))
  cloud.faults.calm()
  return done
}

describe('a commit whose delivery was given up', () => {
  it('is projected nevertheless, without another event or a manual retry', async () => {
    running = await runLocalCloud({}, giveUpSoon)
    const ann = await signUp(running.config)
    // Then the mapping gives up only the change of the profile.
    await logged(new RegExp(`^Projector.*"projected".*"user-${ann.userId}"`))
    await inVain('Projector', () => ann.command('change-profile', { name: 'Anna' }))
    await vi.waitFor(async () => {
      const { status, body } = await ann.query('/me')
      expect([status, body['name']]).toEqual([200, 'Anna'])
    }, soon)
    await logged(new RegExp(`^ProjectorRedrive.*"projected".*"user-${ann.userId}"`))
  })

  it('is published nevertheless', async () => {
    running = await runLocalCloud({}, giveUpSoon)
    const ann = await inVain('Forwarder', () => signUp(running.config))
    await vi.waitFor(async () => {
      const subjects = (await mailsTo(running.config, ann.email)).map(({ subject }) => subject)
      expect(subjects).toContainEqual(expect.stringMatching(/welcome/i))
    }, soon)
    await logged(new RegExp(`^ForwarderRedrive.*"forwarded".*"user-${ann.userId}"`))
  })
})
