import { hash } from 'node:crypto'
import * as z from 'zod'
import { AwsError, type AwsRequest, type AwsService, readInput } from '../../gateway/aws-service.ts'
import { secretsManagerOperations } from './operations.ts'
import { randomSecret } from './random-password.ts'
import type { SecretFile } from './secret-file.ts'
import type { FirstValue } from './template.ts'

/** A secret of the template. */
export interface Secret {
  readonly logicalId: string
  readonly arn: string
  readonly name: string
  readonly description: string | undefined
  readonly first: FirstValue
}

const current = 'AWSCURRENT'
const id = { SecretId: z.string().min(1).max(2048) }
const inputs = {
  get: z.strictObject({
    ...id,
    VersionId: z.string().optional(),
    VersionStage: z.string().default(current),
  }),
  put: z.strictObject({
    ...id,
    ClientRequestToken: z.string().optional(),
    SecretString: z.string().min(1).max(65_536),
    VersionStages: z.tuple([z.literal(current)]).optional(),
  }),
  list: z.strictObject({ MaxResults: z.int().min(1).max(100).optional() }),
  any: z.object(id),
}
const invalid = 'InvalidParameterException'

/**
 * Secrets Manager for the secrets of the template (its API reference). A secret has one version, whose id follows from
 * its value. The value is the one in the file, or else the template's own. A generated value is written to the file.
 */
export function openSecretsManager(secrets: readonly Secret[], file: SecretFile): AwsService {
  for (const { logicalId, first } of secrets) {
    if (first.kind === 'generated' && file.get(logicalId) === undefined)
      file.set(logicalId, randomSecret(first.settings))
  }

  function find(request: AwsRequest): Secret {
    const { SecretId } = readInput(request, inputs.any, invalid)
    // An ARN may also be given without the hyphen and the six characters at its end.
    const found = secrets.find(({ arn, name }) => [name, arn, arn.slice(0, -7)].includes(SecretId))
    if (found === undefined)
      throw new AwsError('ResourceNotFoundException', "Secrets Manager can't find the specified secret.")
    return found
  }

  const handlers: Readonly<Record<string, (request: AwsRequest) => object>> = {
    GetSecretValue(request) {
      const { VersionId, VersionStage } = readInput(request, inputs.get, invalid)
      const secret = find(request)
      const value = VersionStage === current ? currentValueOf(secret, file) : undefined
      if (value === undefined || (VersionId !== undefined && VersionId !== versionOf(value)))
        throw noValue(secret, file, VersionId === undefined ? `staging label: ${VersionStage}` : VersionId)
      return {
        ...versionFields(secret, value),
        SecretString: value,
        CreatedDate: file.writtenAt() ?? 0,
      }
    },
    PutSecretValue(request) {
      const { SecretString } = readInput(request, inputs.put, invalid)
      const secret = find(request)
      file.set(secret.logicalId, SecretString)
      return versionFields(secret, SecretString)
    },
    ListSecrets(request) {
      readInput(request, inputs.list, invalid)
      const listed = secrets.map(({ arn, name, description }) => ({
        ARN: arn,
        Name: name,
        Description: description,
      }))
      return { SecretList: listed }
    },
  }

  return {
    targets: ['secretsmanager'],
    operations: secretsManagerOperations,
    permissions(request) {
      const action = `secretsmanager:${request.operation}`
      return [{ action, resource: request.operation === 'ListSecrets' ? '*' : find(request).arn }]
    },
    async handle(request) {
      return { status: 200, body: JSON.stringify(handlers[request.operation]?.(request)) }
    },
  }
}

/** The value of a secret, or undefined if neither the file nor the template has one. */
export function currentValueOf({ logicalId, first }: Secret, file: SecretFile): string | undefined {
  return file.get(logicalId) ?? (first.kind === 'given' ? first.value : undefined)
}

function versionFields({ arn, name }: Secret, value: string) {
  return { ARN: arn, Name: name, VersionId: versionOf(value), VersionStages: [current] }
}

/** In the form of a UUID, as the ids of AWS are. */
function versionOf(value: string): string {
  return hash('sha256', value, 'hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5')
}

function noValue({ logicalId }: Secret, { path }: SecretFile, version: string): AwsError {
  const message = `Secrets Manager can't find the specified secret value for ${version}`
  return new AwsError('ResourceNotFoundException', `${message}. ${adviceOf(logicalId, path)}`)
}

/** How a developer gives a secret its value. */
export function adviceOf(logicalId: string, path: string): string {
  return `Write {"${logicalId}": "…"} to ${path}`
}
