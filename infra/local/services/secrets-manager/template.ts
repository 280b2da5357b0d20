import * as z from 'zod'
import type { Properties } from '../../cloud/template.ts'
import { type PasswordSettings, passwordSettings } from './random-password.ts'

/** How a secret gets its first value: from the template, at random, or not at all. */
export type FirstValue =
  | { readonly kind: 'none' }
  | { readonly kind: 'given'; readonly value: string }
  | { readonly kind: 'generated'; readonly settings: PasswordSettings }

/** Properties without meaning on one machine. */
const unused = z.unknown().optional()

const secret = z.strictObject({
  Name: unused,
  Description: z.string().optional(),
  SecretString: z.string().optional(),
  GenerateSecretString: passwordSettings.optional(),
  KmsKeyId: unused,
  ReplicaRegions: unused,
  Tags: unused,
})

/** An `AWS::SecretsManager::Secret`, as its template declares it. */
export interface DeclaredSecret {
  readonly description: string | undefined
  readonly first: FirstValue
}

/**
 * Reads the resolved properties of an `AWS::SecretsManager::Secret`.
 *
 * @throws Error in one line that names the property that is not modelled or not valid.
 */
export function readSecret(logicalId: string, properties: Properties): DeclaredSecret {
  const { data, error } = secret.safeParse(properties)
  const issue = error?.issues[0]
  if (issue?.code === 'unrecognized_keys')
    throw new Error(
      `${[logicalId, ...issue.path, issue.keys[0]].join('.')} is not modelled by the local cloud`,
    )
  if (issue) throw new Error(`${[logicalId, ...issue.path].join('.')} is not valid here: ${issue.message}`)
  const { Description, SecretString, GenerateSecretString } = data as z.output<typeof secret> // no error
  if (SecretString !== undefined && GenerateSecretString !== undefined)
    throw new Error(`${logicalId} has both SecretString and GenerateSecretString: declare one`)
  return { description: Description, first: firstValue(SecretString, GenerateSecretString) }
}

function firstValue(given: string | undefined, settings: PasswordSettings | undefined): FirstValue {
  if (given !== undefined) return { kind: 'given', value: given }
  return settings === undefined ? { kind: 'none' } : { kind: 'generated', settings }
}
