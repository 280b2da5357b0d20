import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest'
import { newDataDir, removeDataDir } from '../kit/local-cloud/data-dir.ts'
import { type RunningCloud, runLocalCloud } from '../kit/local-cloud/local-cloud.ts'
import { runOps, startOps } from '../kit/local-cloud/ops-process.ts'
import { type Person, signUp } from '../kit/people/person.ts'
import { until } from '../kit/until.ts'

vi.setConfig({ testTimeout: 60_000 })
const soon = { timeout: 15_000, interval: 50 }
const root = join(import.meta.dirname, '../..')

describe('an operator who examines a running local cloud', () => {
  let running: RunningCloud
  let ann: Person
  let stream: string

  const ops = (...args: string[]) => runOps(running.dataDir, args)
  const json = async (...args: string[]) => JSON.parse((await ops(...args, '--json')).stdout)

  beforeAll(async () => {
    running = await runLocalCloud()
    ann = await signUp(running.config)
    stream = `user-${ann.userId}`
    for (let others = 0; others < 3; others++) await signUp(running.config)
  })
  afterAll(() => running.close())

  it('finds a person by address, the correlation ids of their events, and the outcome of their mail', async () => {
    expect(await json('find', '--email', ann.email.toUpperCase())).toMatchObject([
      { stream, generation: 'users.v1.1', value: ann.email },
    ])
    const welcome = { version: 1, type: 'UserRegistered', reaction: 'welcome-email', status: 'COMPLETED' }
    await vi.waitFor(
      async () =>
        expect(await json('events', 'handled', stream)).toContainEqual(expect.objectContaining(welcome)),
      soon,
    )
    const shown = await ops('events', 'show', stream)
    expect(shown.stdout).toMatch(new RegExp(`UserRegistered {2}${ann.userId} {2}\\S+ {2}\\{`))
  })

  it('sees how far read models and functions are behind', async () => {
    await vi.waitFor(async () => {
      const { generations, deliveries } = await json('lag')
      expect(generations).toContainEqual(
        expect.objectContaining({ generation: 'users.v1.1', behind: 0, events: 0, parked: 0 }),
      )
      for (const name of ['Projector', 'Forwarder'])
        expect(deliveries).toContainEqual({ to: expect.stringContaining(`Annals-${name}`), records: 0 })
    }, soon)
  })

  it('does not change it with commands on a copy of its data folder', async () => {
    const copy = newDataDir()
    onTestFinished(() => removeDataDir(copy))
    cpSync(join(running.dataDir, 'stage.json'), join(copy, 'stage.json'))
    expect(await runOps(copy, ['parked', 'list'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no local cloud runs on'),
    })
  })

  it('can use the commands that fold nothing in a checkout with broken features', async () => {
    const checkout = newDataDir()
    onTestFinished(() => removeDataDir(checkout))
    mkdirSync(checkout, { recursive: true })
    for (const folder of ['domain', 'commands', 'projections', 'workflows', 'infra'])
      cpSync(join(root, folder), join(checkout, folder), { recursive: true })
    for (const file of ['package.json', 'tsconfig.json']) cpSync(join(root, file), join(checkout, file))
    symlinkSync(join(root, 'node_modules'), join(checkout, 'node_modules'))
    writeFileSync(join(checkout, 'domain/user/events.ts'), 'export const userEvents = {')
    const broken = (...args: string[]) => runOps(running.dataDir, args, {}, checkout)

    expect(await broken('parked', 'list')).toMatchObject({ code: 0, stdout: 'Nothing is parked.\n' })
    expect(await broken('failures', 'list')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^SendMailFailures +0 /m),
    })
    expect(await broken('trace', '--event', `${stream}/1`)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('version 1: UserRegistered'),
    })
    const shown = await broken('events', 'show', stream)
    expect(shown).toMatchObject({ code: 0, stdout: expect.stringContaining('UserRegistered') })
    expect(shown.stderr).toContain('without checking them: this checkout cannot be loaded: ')
    const folding = await broken('state', stream)
    expect(folding.code).toBe(1)
    expect(folding.stderr).toMatch(/^ops: this checkout cannot be loaded: .*events\.ts.*\n$/)

    await ops('replay', 'start', 'users')
    expect((await broken('replay', 'status', 'users')).stdout).toContain('users.v1.2')
    expect(await broken('replay', 'cancel', 'users')).toMatchObject({
      code: 0,
      stdout: 'users.v1.2 is abandoned: replay clean users removes it\n',
    })
  })

  it('stops a replay within a second by one ctrl-c or several', async () => {
    const args = ['replay', 'start', 'users', '--speed', '1', '--segments', '1']
    const replay = startOps(running.dataDir, args)
    await until(() => replay.stderr().includes('builds '), { what: replay.stderr, timeoutMs: 15_000 })
    await delay(1500)
    const interrupted = performance.now()
    for (let times = 0; times < 3; times++) replay.interrupt()
    expect(await replay.ended()).toBe(1)
    expect(performance.now() - interrupted).toBeLessThan(1500)
    expect(replay.stderr().match(/stopping…/g)).toHaveLength(1)
    expect(replay.stdout()).toMatch(/is stopped .*: replay start users resumes it\n$/)
  })

  it('cleans up without a wait, since no running process has read the earlier list', async () => {
    await ops('replay', 'cancel', 'users')
    const began = performance.now()
    expect(await ops('replay', 'clean', 'users')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^users\.v1\.\d is removed: \d+ items$/m),
    })
    expect(performance.now() - began).toBeLessThan(20_000)
  })
})
