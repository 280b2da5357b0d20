import { describe, expect, it } from 'vitest'
import { refusalOf } from '../../../../../infra/local/iam/policy.ts'
import { readBucketPolicy } from '../../../../../infra/local/services/s3/bucket-policy.ts'
import { bucketNameOf, readBucket } from '../../../../../infra/local/services/s3/template.ts'

const place = { region: 'eu-west-1', prefix: 'Annals' }

describe("a bucket's name", () => {
  it('is the given one if there is one', () => {
    expect(bucketNameOf(place, 'Uploads', { BucketName: 'uploads' })).toBe('uploads')
  })

  it('is otherwise made of the stack and its logical id, and never changes', () => {
    expect(bucketNameOf(place, 'Uploads5A1C', {})).toMatch(/^annals-uploads5a1c-[0-9a-f]{12}$/)
    expect(bucketNameOf(place, 'Uploads', {})).toBe(bucketNameOf(place, 'Uploads', {}))
    const long = 'Uploads'.repeat(10)
    expect(bucketNameOf(place, `${long}A`, {})).not.toBe(bucketNameOf(place, `${long}B`, {}))
    expect(bucketNameOf(place, long, {})).toHaveLength(63)
  })

  it.each([
    'ab',
    'Uploads',
    '../uploads',
    'a..b',
    '-uploads',
    'uploads-',
    'up/loads',
    'x'.repeat(64),
    '',
  ])('is refused if S3 would refuse it: "%s"', (name) => {
    expect(() => readBucket(name, {})).toThrow('BucketName is not valid')
  })
})

describe('a bucket', () => {
  it('is read with its rules', () => {
    const rule = { AllowedMethods: ['POST'], AllowedOrigins: ['*'] }
    const bucket = readBucket('uploads', {
      BucketName: 'uploads',
      CorsConfiguration: { CorsRules: [rule] },
      NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
      VersioningConfiguration: { Status: 'Suspended' },
      LifecycleConfiguration: { Rules: [{ Status: 'Enabled', ExpirationInDays: 1 }] },
      BucketEncryption: { ServerSideEncryptionConfiguration: [] },
      PublicAccessBlockConfiguration: { BlockPublicAcls: true },
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
      Tags: [{ Key: 'a', Value: 'b' }],
    })
    expect(bucket).toEqual({
      name: 'uploads',
      sendsEvents: true,
      keepsVersions: false,
      corsRules: [{ ...rule, AllowedHeaders: [], ExposedHeaders: [] }],
    })
  })

  it('keeps versions if that is enabled', () => {
    const enabled = { VersioningConfiguration: { Status: 'Enabled' } }
    expect(readBucket('uploads', enabled).keepsVersions).toBe(true)
    expect(readBucket('uploads', {}).keepsVersions).toBe(false)
  })

  it.each([
    ['by its default', {}, true],
    ['if enabled', { EventBridgeEnabled: true }, true],
    ['not if disabled', { EventBridgeEnabled: false }, false],
  ])('sends events to EventBridge %s', (_, EventBridgeConfiguration, sendsEvents) => {
    const NotificationConfiguration = { EventBridgeConfiguration }
    expect(readBucket('uploads', { NotificationConfiguration }).sendsEvents).toBe(sendsEvents)
  })

  it.each([
    [{ WebsiteConfiguration: {} }, 'uploads.WebsiteConfiguration'],
    [{ VersioningConfiguration: { Status: 'Other' } }, 'uploads.VersioningConfiguration.Status'],
    [
      { NotificationConfiguration: { LambdaConfigurations: [] } },
      'uploads.NotificationConfiguration.LambdaConfigurations',
    ],
    [{ CorsConfiguration: { CorsRules: [{ Other: 1 }] } }, 'uploads.CorsConfiguration.CorsRules.0.'],
  ])('is refused with the name of an unmodelled property: %j', (properties, message) => {
    expect(() => readBucket('uploads', properties)).toThrow(message)
    expect(() => readBucket('uploads', properties)).toThrow('is not modelled by the local cloud')
  })
})

describe("a bucket's policy", () => {
  const arn = 'arn:aws:s3:::uploads'
  const deny = { Effect: 'Deny', Principal: { AWS: '*' }, Action: 's3:*', Resource: [arn, `${arn}/*`] }
  const read = (statement: object) =>
    readBucketPolicy('Policy', { Bucket: 'uploads', PolicyDocument: { Statement: [statement] } })

  it('is read with its denials', () => {
    const { bucketArn, policy } = read(deny)
    expect(bucketArn).toBe(arn)
    const refusal = refusalOf({ action: 's3:GetObject', resource: `${arn}/key` }, undefined, policy)
    expect(refusal).toContain('explicit deny in a resource-based policy')
  })

  it('that only requires TLS is empty', () => {
    expect(read({ ...deny, Condition: { Bool: { 'aws:SecureTransport': 'false' } } }).policy).toEqual([])
  })

  it.each([
    [
      'another condition',
      { ...deny, Condition: { Bool: { 'aws:SecureTransport': 'true' } } },
      'Policy: Condition',
    ],
    ['something allowed', { ...deny, Effect: 'Allow' }, 'Policy: a statement of a resource'],
  ])('with %s is refused by its name', (_, statement, message) => {
    expect(() => read(statement)).toThrow(message)
  })
})
