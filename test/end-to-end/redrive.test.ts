import { afterEach, describe, expect, it, vi } from 'vitest'
import { type RunningCloud, runLocalCloud, type Template } from '../kit/local-cloud/local-cloud.ts'
import { mailsTo, type Person, signUp } from '../kit/people/person.ts'

let running: RunningCloud
const soon = { timeout: 15_000, interval: 20 }

afterEach(() => running.close())

/** A mapping tries eleven times, which takes half a minute: here it tries twice. */
function giveUpSoon({ Resources }: Template): void {
  for (const { Type, Properties } of Object.values(Resources))
    if (Type === 'AWS::Lambda::EventSourceMapping' && Properties['MaximumRetryAttempts'] !== undefined)
      Properties['MaximumRetryAttempts'] = 1
}

const logged = (line: RegExp) =>
  vi.waitFor(() => expect(running.lines).toContainEqual(expect.stringMatching(line)), soon)

/** Lets a new person create a project, and kills a function whenever it runs until its mapping gives that up. */
async function createProjectInVain(name: 'Projector' | 'Forwarder'): Promise<{ ann: Person; id: unknown }> {
  running = await runLocalCloud({}, giveUpSoon)
  const { cloud, config } = running
  const ann = await signUp(config)
  // What is given up is then the project's commit.
  await logged(new RegExp(`^${name}.*"(projected|forwarded)".*"user-${ann.userId}"`))
  cloud.faults.shake({
    chances: { kill: 1 },
    seed: 'give up',
    delayMs: 0,
    at: new RegExp(`^run Annals-${name}[0-9A-F]{8}$`),
  })
  const { body } = await ann.command('create-project', { title: 'Atlas' })
  await logged(new RegExp(`^stream Annals-${name}[0-9A-F]{8} lost .*RetryAttemptsExhausted`))
  cloud.faults.calm()
  return { ann, id: body['id'] }
}

describe('a commit whose delivery was given up', () => {
  it('is projected nevertheless, without another event and without being asked for', async () => {
    const { ann, id } = await createProjectInVain('Projector')
    await vi.waitFor(async () => {
      const { status, body } = await ann.query(`/projects/${id}`)
      expect([status, body['title']]).toEqual([200, 'Atlas'])
    }, soon)
    await logged(new RegExp(`^ProjectorRedrive.*"projected".*"project-${id}"`))
  })

  it('is published nevertheless', async () => {
    const { ann, id } = await createProjectInVain('Forwarder')
    await vi.waitFor(async () => {
      const subjects = (await mailsTo(running.config, ann.email)).map(({ subject }) => subject)
      expect(subjects).toContainEqual(expect.stringContaining('Atlas'))
    }, soon)
    await logged(new RegExp(`^ForwarderRedrive.*"forwarded".*"project-${id}"`))
  })
})
