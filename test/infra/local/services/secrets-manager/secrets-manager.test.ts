import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  GetSecretValueCommand,
  type GetSecretValueCommandInput,
  ListSecretsCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import { describe, expect, it } from 'vitest'
import type { AwsService } from '../../../../../infra/local/gateway/aws-service.ts'
import { openSecretFile } from '../../../../../infra/local/services/secrets-manager/secret-file.ts'
import { openSecretsManager } from '../../../../../infra/local/services/secrets-manager/service.ts'
import { readSecret } from '../../../../../infra/local/services/secrets-manager/template.ts'
import { dataDir, serve, withDataDir } from '../../../../kit/local-cloud/local-service.ts'

const arn = 'arn:aws:secretsmanager:eu-west-1:000000000000:secret:partner/key-a1b2c3'
const path = () => join(dataDir, 'secrets.json')

withDataDir()

/** A secret `Key` with these properties, and calls of its service. */
async function open(properties: Readonly<Record<string, unknown>> = {}) {
  const secret = { logicalId: 'Key', arn, name: 'partner/key', ...readSecret('Key', properties) }
  const service: AwsService = openSecretsManager([secret], openSecretFile(path()))
  const client = new SecretsManagerClient(await serve(service))
  const get = (over: Partial<GetSecretValueCommandInput> = {}) =>
    client.send(new GetSecretValueCommand({ SecretId: arn, ...over }))
  return {
    client,
    get,
    value: async () => (await get()).SecretString,
    put: (SecretString: string) => client.send(new PutSecretValueCommand({ SecretId: arn, SecretString })),
    permissions: (operation: string, input: object) =>
      service.permissions({ operation, body: Buffer.from(JSON.stringify(input)), headers: {} }),
  }
}

describe('a secret', () => {
  it('has no value until somebody sets one, and the error says how', async () => {
    const { get } = await open()
    await expect(get()).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: `Secrets Manager can't find the specified secret value for staging label: AWSCURRENT. Write {"Key": "…"} to ${path()}`,
    })
  })

  it('has the value that a developer writes to the file, at once', async () => {
    const { value } = await open()
    writeFileSync(path(), '{ "Key": "first", "Other": "another" }')
    expect(await value()).toBe('first')
    writeFileSync(path(), '{ "Key": "second" }')
    expect(await value()).toBe('second')
  })

  it('may be written as an object, whose JSON is the value', async () => {
    const { value } = await open()
    writeFileSync(path(), '{ "Key": { "user": "annals", "port": 1 } }')
    expect(await value()).toBe('{"user":"annals","port":1}')
  })

  it('has the value that a client puts, after a restart too, and the file keeps the others', async () => {
    writeFileSync(path(), '{ "Other": "another" }')
    const { put } = await open()
    await put('first')
    expect(await (await open()).value()).toBe('first')
    expect(JSON.parse(readFileSync(path(), 'utf8'))).toEqual({ Other: 'another', Key: 'first' })
    expect(statSync(path()).mode & 0o077).toBe(0)
  })

  it('is found by its ARN, the beginning of its ARN and its name', async () => {
    const { get, put } = await open()
    const { VersionId } = await put('first')
    const found = { ARN: arn, Name: 'partner/key', SecretString: 'first', VersionId }
    for (const SecretId of [arn, arn.slice(0, -7), 'partner/key'])
      expect(await get({ SecretId })).toMatchObject({ ...found, VersionStages: ['AWSCURRENT'] })
    expect((await get()).CreatedDate?.getTime()).toBeGreaterThan(Date.now() - 60_000)
    await expect(get({ SecretId: 'partner' })).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
  })

  it('has one version only, which another value replaces', async () => {
    const { get, put } = await open()
    const first = await put('first')
    expect(await get({ VersionId: first.VersionId })).toMatchObject({ SecretString: 'first' })
    const second = await put('second')
    expect(second.VersionId).not.toBe(first.VersionId)
    await expect(get({ VersionId: first.VersionId })).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    })
    await expect(get({ VersionStage: 'AWSPREVIOUS' })).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
      message: expect.stringContaining('staging label: AWSPREVIOUS'),
    })
  })

  it('may have its value in the template, until somebody sets another', async () => {
    const { value, put } = await open({ SecretString: 'declared' })
    expect(await value()).toBe('declared')
    await put('first')
    expect(await value()).toBe('first')
  })

  it('may get its value by chance, once', async () => {
    const { value } = await open({ GenerateSecretString: {} })
    const generated = await value()
    expect(generated).toMatch(/^[!-~]{32}$/)
    expect(await (await open({ GenerateSecretString: {} })).value()).toBe(generated)
  })

  it('is listed without its value', async () => {
    const { client } = await open({ Description: 'The key of a partner', SecretString: 'declared' })
    const { SecretList } = await client.send(new ListSecretsCommand({}))
    expect(SecretList).toEqual([{ ARN: arn, Name: 'partner/key', Description: 'The key of a partner' }])
  })

  it('cannot be read from a damaged file, and the error quotes nothing of it', async () => {
    const { get } = await open()
    writeFileSync(path(), '{ "Key": "first"')
    const error = await get().catch((error: Error) => error)
    expect(String(error)).not.toContain('first')
    await expect(get()).rejects.toThrow()
  })

  it('refuses a value in bytes and another stage', async () => {
    const { client } = await open()
    const bytes = { SecretId: arn, SecretBinary: Buffer.from('first') }
    await expect(client.send(new PutSecretValueCommand(bytes))).rejects.toMatchObject({
      name: 'InvalidParameterException',
    })
    const stage = { SecretId: arn, SecretString: 'first', VersionStages: ['AWSPENDING'] }
    await expect(client.send(new PutSecretValueCommand(stage))).rejects.toMatchObject({
      name: 'InvalidParameterException',
    })
  })

  it('needs the action of the call on its ARN', async () => {
    const { permissions } = await open()
    const action = 'secretsmanager:GetSecretValue'
    expect(permissions('GetSecretValue', { SecretId: 'partner/key' })).toEqual([{ action, resource: arn }])
    expect(permissions('ListSecrets', {})).toEqual([{ action: 'secretsmanager:ListSecrets', resource: '*' }])
  })
})

describe('a generated value', () => {
  it('has the length and the characters that the template asks for', async () => {
    const letters = { ExcludeNumbers: true, ExcludePunctuation: true, ExcludeUppercase: true }
    const settings = { ...letters, PasswordLength: 12, ExcludeCharacters: 'abc' }
    const { value } = await open({ GenerateSecretString: settings })
    expect(await value()).toMatch(/^[d-z]{12}$/)
  })

  it('has a character of each type', async () => {
    const { value } = await open({ GenerateSecretString: { PasswordLength: 4 } })
    const text = `${await value()}`
    for (const type of [/[a-z]/, /[A-Z]/, /[0-9]/, /[^a-zA-Z0-9]/]) expect(text).toMatch(type)
  })

  it('may be a field of an object', async () => {
    const settings = { SecretStringTemplate: '{"user":"annals"}', GenerateStringKey: 'password' }
    const { value } = await open({ GenerateSecretString: settings })
    expect(JSON.parse(`${await value()}`)).toEqual({
      user: 'annals',
      password: expect.stringMatching(/^.{32}$/),
    })
  })
})

describe('a template is refused', () => {
  it.each([
    [{ RotationRules: {} }, 'Key.RotationRules is not modelled by the local cloud'],
    [{ GenerateSecretString: { Length: 3 } }, 'Key.GenerateSecretString.Length is not modelled'],
    [{ SecretString: 'a', GenerateSecretString: {} }, 'Key has both SecretString and GenerateSecretString'],
    [{ GenerateSecretString: { PasswordLength: 0 } }, 'Key.GenerateSecretString.PasswordLength is not valid'],
    [{ GenerateSecretString: { GenerateStringKey: 'a' } }, 'need each other'],
    [
      { GenerateSecretString: { GenerateStringKey: 'a', SecretStringTemplate: '[]' } },
      'not an object in JSON',
    ],
  ])('that declares %j', (properties, message) => {
    expect(() => readSecret('Key', properties)).toThrow(message)
  })
})
