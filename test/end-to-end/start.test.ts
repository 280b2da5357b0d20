import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { newDataDir, removeDataDir } from '../kit/local-cloud/data-dir.ts'
import { childrenOf, untilGone } from '../kit/local-cloud/processes.ts'
import { runNpmStart, runStart, type StartProcess } from '../kit/local-cloud/start-process.ts'
import { type Person, readConfig, signIn, signUp } from '../kit/people/person.ts'

// Each test bundles and synthesises everything once or twice, beside the other load of this machine.
vi.setConfig({ testTimeout: 90_000 })

let dataDir: string
const running: StartProcess[] = []

beforeEach(() => {
  dataDir = newDataDir()
})

afterEach(async () => {
  for (const { child, ended } of running.splice(0)) {
    child.kill('SIGKILL')
    await ended()
  }
  removeDataDir(dataDir)
})

function start(...args: Parameters<typeof runStart>): StartProcess {
  const started = runStart(...args)
  running.push(started)
  return started
}

/** Changes the name of a person, which a later query reads. */
async function rename(person: Person, name: string): Promise<void> {
  expect((await person.command('change-profile', { name })).status).toBe(200)
}

describe('npm start', () => {
  it('prints what a person needs next, and ends within two seconds of ctrl-c, with all its children', async () => {
    const { child, output, ready, ended } = start(dataDir)
    const apiUrl = await ready()
    const config = await readConfig(apiUrl)
    expect(output()).toContain(`${apiUrl}/docs`)
    expect(output()).toContain(config.awsEndpoint)
    expect(output()).toContain(dataDir)
    expect(output()).toContain(config.userPoolClientId)
    await rename(await signUp(config), 'Anna')
    const children = childrenOf(child.pid)
    expect(children.length).toBeGreaterThan(3)

    const interrupted = performance.now()
    child.kill('SIGINT')
    expect(await ended()).toBe(0)
    expect(performance.now() - interrupted).toBeLessThan(2_000)
    await untilGone(children)
  })

  it.each(['SIGINT', 'SIGKILL'] as const)('finds all data again after %s', async (signal) => {
    const first = start(dataDir)
    const config = await readConfig(await first.ready())
    const person = await signUp(config)
    await rename(person, 'Anna')
    const children = childrenOf(first.child.pid)
    first.child.kill(signal)
    await first.ended()
    await untilGone(children)

    const again = await readConfig(await start(dataDir).ready())
    const samePerson = await signIn(again, person.email)
    expect(samePerson.userId).toBe(person.userId)
    await vi.waitFor(
      async () => expect((await samePerson.query('/me')).body).toMatchObject({ name: 'Anna' }),
      { timeout: 5_000 },
    )
  })

  it.each(['SIGINT', 'SIGTERM', 'SIGKILL'] as const)('ends if only npm gets %s', async (signal) => {
    const { child, ready } = runNpmStart(dataDir)
    await ready()
    const children = childrenOf(child.pid)
    expect(children.length).toBeGreaterThan(2)
    child.kill(signal)
    await untilGone(children)
  })

  it('adds people who sign up to the group admin, unless told not to', async () => {
    const groupsOf = (person: Person) =>
      JSON.parse(Buffer.from(person.accessToken.split('.')[1] ?? '', 'base64url').toString())[
        'cognito:groups'
      ]
    expect(groupsOf(await signUp(await readConfig(await start(dataDir).ready())))).toEqual(['admin'])
    const other = newDataDir()
    const plain = start(other, {}, ['--no-admin'])
    expect(groupsOf(await signUp(await readConfig(await plain.ready())))).toBeUndefined()
    plain.child.kill('SIGINT')
    await plain.ended()
    removeDataDir(other)
  })
})

describe('npm start that cannot continue explains that in one line, and exits with a code other than 0:', () => {
  async function refusal(env: Record<string, string> = {}, args: string[] = []): Promise<string> {
    const { ended, output } = start(dataDir, env, args)
    expect(await ended()).toBe(1)
    return output()
  }

  it.each(['PORT', 'AWS_PORT'])('%s in use', async (variable) => {
    const server = createServer().listen(0, '127.0.0.1')
    await vi.waitFor(() => expect(server.listening).toBe(true))
    const { port } = server.address() as AddressInfo // a TCP server that is listening has an address object
    const output = await refusal({ [variable]: String(port) })
    server.close()
    expect(output).toBe(
      `annals cannot start: Port ${port} is in use: stop what listens there, or choose another with ${variable}=…\n`,
    )
  })

  it('an invalid port', async () => {
    expect(await refusal({ PORT: 'http' })).toMatch(/^annals cannot start: PORT is "http": give a port.*\n$/)
  })

  it('an unknown option', async () => {
    expect(await refusal({}, ['--verbose'])).toMatch(/^annals cannot start: Unknown option '--verbose'.*\n$/)
  })

  it('a data folder that another local cloud uses', async () => {
    await start(dataDir).ready()
    expect(await refusal()).toMatch(
      /^annals cannot start: .* is in use by process \d+: stop that process, or choose another folder with ANNALS_DATA=…\n$/,
    )
  })

  it('a data folder that is a file', async () => {
    const file = join(dataDir, 'file')
    writeFileSync(file, '')
    expect(await refusal({ ANNALS_DATA: file })).toMatch(
      /^annals cannot start: .*file cannot be used as the data folder.*\n$/,
    )
  })

  it('a database that cannot be read', async () => {
    mkdirSync(dataDir, { recursive: true })
    writeFileSync(join(dataDir, 'dynamodb.sqlite'), 'this is no database, and never was one')
    expect(await refusal()).toMatch(/^annals cannot start: DynamoDB cannot open .*move it away.*\n$/)
  })

  it('a DynamoDB on another machine, unless that is allowed', async () => {
    expect(await refusal({ AWS_ENDPOINT_URL_DYNAMODB: 'http://192.0.2.1:8000' })).toMatch(
      /^annals cannot start: DynamoDB at http:\/\/192\.0\.2\.1:8000 is not on this machine: to use it anyway, give --allow-remote\n$/,
    )
  })
})
