import { createHash } from 'node:crypto'
import * as z from 'zod'
import type { StackIdentity } from '../../cloud/resource-names.ts'
import type { Properties } from '../../cloud/template.ts'
import type { CorsRule } from './cors.ts'

/** The settings of an `AWS::S3::Bucket`. */
export interface BucketSettings {
  readonly name: string
  readonly corsRules: readonly CorsRule[]
  /** Whether the bucket sends events about its objects to EventBridge. */
  readonly sendsEvents: boolean
  /** Whether the bucket keeps the versions of objects that are replaced or deleted. */
  readonly keepsVersions: boolean
}

export function bucketArnOf(name: string): string {
  return `arn:aws:s3:::${name}`
}

/**
 * Returns the name of a bucket in the template, or a name like those of CloudFormation: 12 characters at its end make
 * it unique.
 */
export function bucketNameOf(stack: StackIdentity, logicalId: string, { BucketName }: Properties): string {
  if (typeof BucketName === 'string') return BucketName
  const name = `${stack.prefix}-${logicalId}`.toLowerCase().slice(0, 50)
  return `${name}-${createHash('sha256').update(`bucket/${stack.prefix}/${logicalId}`).digest('hex').slice(0, 12)}`
}

/**
 * Properties without effect on one machine. Only functions and the developer have credentials, files are not
 * encrypted, and objects do not expire by a lifecycle rule.
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
 * @throws Error of one line that names the property that is not modelled, or the invalid name.
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
