import { createHash } from 'node:crypto'
import * as z from 'zod'
import type { StackIdentity } from '../../cloud/resource-names.ts'
import type { Properties } from '../../cloud/template.ts'
import type { CorsRule } from './cors.ts'

/** The settings of an `AWS::S3::Bucket`. */
export interface BucketSettings {
  readonly name: string
  readonly corsRules: readonly CorsRule[]
  /** Whether EventBridge learns of its objects. */
  readonly sendsEvents: boolean
  /** Whether a version of an object stays when another replaces it or the object is deleted. */
  readonly keepsVersions: boolean
}

export function bucketArnOf(name: string): string {
  return `arn:aws:s3:::${name}`
}

/** A bucket's own name, or one such as CloudFormation makes: 12 characters at its end tell it from others. */
export function bucketNameOf(stack: StackIdentity, logicalId: string, { BucketName }: Properties): string {
  if (typeof BucketName === 'string') return BucketName
  const name = `${stack.prefix}-${logicalId}`.toLowerCase().slice(0, 50)
  return `${name}-${createHash('sha256').update(`bucket/${stack.prefix}/${logicalId}`).digest('hex').slice(0, 12)}`
}

/**
 * Without effect on one machine: nobody but its functions and the developer has credentials, what is written is
 * not encrypted, and the local cloud does not sweep: an object stays when its lifecycle rule would let it expire.
 */
const unused = z.unknown().optional()
const texts = z.array(z.string()).default([])
const settings = z.strictObject({
  BucketName: unused,
  CorsConfiguration: z
    .strictObject({
      CorsRules: z.array(
        z.strictObject({
          Id: unused,
          AllowedHeaders: texts,
          ExposedHeaders: texts,
          MaxAge: z.int().optional(),
          AllowedMethods: z.array(z.enum(['GET', 'PUT', 'HEAD', 'POST', 'DELETE'])),
          AllowedOrigins: z.array(z.string()),
        }),
      ),
    })
    .default({ CorsRules: [] }),
  NotificationConfiguration: z
    .strictObject({
      EventBridgeConfiguration: z.strictObject({ EventBridgeEnabled: z.boolean().default(true) }).optional(),
    })
    .default({}),
  VersioningConfiguration: z.strictObject({ Status: z.enum(['Enabled', 'Suspended']) }).optional(),
  BucketEncryption: unused,
  LifecycleConfiguration: unused,
  OwnershipControls: unused,
  PublicAccessBlockConfiguration: unused,
  Tags: unused,
})

/**
 * Reads the resolved properties of an `AWS::S3::Bucket`.
 *
 * @throws Error in one line that names the property that is not modelled, or the name that is none.
 */
export function readBucket(name: string, properties: Properties): BucketSettings {
  if (!/^(?=.{3,63}$)[a-z0-9][a-z0-9-]*(\.[a-z0-9-]+)*$/.test(name) || name.endsWith('-'))
    throw new Error(`${name}: BucketName is not valid`)
  const { data, error } = settings.safeParse(properties, { reportInput: true })
  if (error) {
    const [issue] = error.issues
    const unknown = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : []
    const place = [name, ...(issue?.path ?? []), ...unknown].join('.')
    const value = unknown.length > 0 ? '' : `: ${JSON.stringify(issue?.input)}`
    throw new Error(`${place} is not modelled by the local cloud${value}`)
  }
  const events = data.NotificationConfiguration.EventBridgeConfiguration
  return {
    name,
    corsRules: data.CorsConfiguration.CorsRules,
    sendsEvents: events?.EventBridgeEnabled ?? false,
    keepsVersions: data.VersioningConfiguration?.Status === 'Enabled',
  }
}
