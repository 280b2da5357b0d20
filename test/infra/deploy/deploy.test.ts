import { execFile } from 'node:child_process'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type FakeAccount, startFakeAccount } from '../../kit/aws-account/account.ts'

let account: FakeAccount
beforeEach(async () => {
  account = await startFakeAccount()
  account.identities.clear()
  account.identities.set('hello@annals.dev', { isVerified: true, status: 'SUCCESS' })
})
afterEach(() => account.close())

interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program of `infra/deploy` to its end, on the fake account. */
async function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const options = {
    env: {
      PATH: process.env['PATH'],
      AWS_ENDPOINT_URL: account.config.endpoint,
      AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE',
      AWS_SECRET_ACCESS_KEY: 'any',
      AWS_REGION: 'eu-west-1',
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_CONFIG_FILE: '/dev/null',
      AWS_SHARED_CREDENTIALS_FILE: '/dev/null',
      MAIL_FROM: 'hello@annals.dev',
      ...env,
    },
  }
  return new Promise((resolve) => {
    const script = ['--import', 'tsx', `infra/deploy/${program}.ts`, ...args]
    execFile(process.execPath, script, options, (error, stdout, stderr) => {
      const code = error === null ? 0 : Number(error.code)
      resolve({ code, stdout, stderr })
    })
  })
}

describe('npm run deploy', () => {
  it('checks the account of the environment, and changes nothing with --check', async () => {
    const { code, stdout, stderr } = await run('deploy', ['--stage', 'prod', '--check'])
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toContain(
      'ok       account 111122223333 in eu-west-1, as arn:aws:iam::111122223333:user/ann',
    )
    expect(stdout).toContain('ok       annals-prod-service does not exist yet and is created')
    expect(stdout).toContain('warning  SES has verified the address hello@annals.dev')
    expect(account.calls.filter((call) => !/^(Get|Describe|List)/.test(call))).toEqual([])
  }, 30_000)

  it('ends with 1 if something stops it, and names the command that was typed', async () => {
    account.bootstrapVersion = undefined
    const { code, stdout } = await run('deploy', ['--no-smoke', '--leave'], { STAGE: 'prod' })
    expect(code).toBe(1)
    expect(stdout).toContain('STOP     CDK is not set up in account 111122223333')
    expect(stdout).toContain('npm run deploy -- --stage prod --no-smoke\n')
    expect(stdout).toContain('Nothing was changed.')
  }, 30_000)

  it('explains missing credentials and a missing region', async () => {
    const none = { AWS_ACCESS_KEY_ID: undefined, AWS_SECRET_ACCESS_KEY: undefined }
    const withoutCredentials = await run('deploy', ['--stage', 'prod'], none)
    expect(withoutCredentials.code).toBe(1)
    expect(withoutCredentials.stdout).toContain('STOP     No AWS credentials are found.')
    const withoutRegion = await run('deploy', ['--stage', 'prod'], { AWS_REGION: undefined })
    expect(withoutRegion.code).toBe(1)
    expect(withoutRegion.stdout).toContain('STOP     No region is set')
  }, 30_000)

  it('refuses a wrong stage and options that contradict each other in one line', async () => {
    for (const args of [
      ['--stage', 'Prod/1'],
      ['--stage', 'staging'],
      ['--adopt', '--leave'],
      ['--speed', 'fast'],
    ]) {
      const { code, stderr } = await run('deploy', args)
      expect([code, stderr.split('\n').length]).toEqual([1, 2])
      expect(stderr).toMatch(/^annals cannot be deployed: /)
    }
  }, 30_000)
})

describe('npm run destroy', () => {
  it('deletes the service stack of the stage that --yes names', async () => {
    account.cloudFormation.add('annals-prod-service', { isProtected: true })
    account.cloudFormation.add('annals-prod-data')
    const { code, stdout } = await run('destroy', ['--stage', 'prod', '--yes', 'prod'])
    expect(code).toBe(0)
    expect(stdout).toContain('annals-prod-service is deleted.')
    expect(account.cloudFormation.find('annals-prod-service')).toBeUndefined()
    expect(account.cloudFormation.find('annals-prod-data')).toBeDefined()
  }, 30_000)

  it('explains a missing region, with the command to repeat', async () => {
    const { code, stdout } = await run('destroy', ['--stage', 'prod'], { AWS_REGION: undefined })
    expect(code).toBe(1)
    expect(stdout).toContain('STOP     No region is set')
    expect(stdout).toContain('AWS_REGION=eu-west-1 npm run destroy -- --stage prod\n')
  }, 30_000)

  it('deletes nothing if nobody can be asked', async () => {
    account.cloudFormation.add('annals-prod-service')
    const { code, stderr } = await run('destroy', ['--stage', 'prod'])
    expect(code).toBe(1)
    expect(stderr).toContain('confirm with --yes NAME')
    expect(account.cloudFormation.find('annals-prod-service')).toBeDefined()
  }, 30_000)
})
