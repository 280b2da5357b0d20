import { describe, expect, it } from 'vitest'
import { declared } from '../../../kit/local-cloud/declared-resources.ts'

describe('the bucket of files', () => {
  it('is private and encrypted, and accepts only TLS', () => {
    const { Properties } = declared('Files')
    expect(Properties).toMatchObject({
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
      },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
    })
    expect(declared('FilesPolicy').Properties).toEqual({
      Bucket: 'Files',
      PolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Action: 's3:*',
            Effect: 'Deny',
            Principal: { AWS: '*' },
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
            Resource: ['Files.Arn', 'Files.Arn/*'],
          },
        ],
      },
    })
  })

  it('keeps the content of an overwritten file', () => {
    expect(declared('Files').Properties['VersioningConfiguration']).toEqual({ Status: 'Enabled' })
  })

  it('deletes files that were never accepted, old versions, and incomplete parts', () => {
    expect(declared('Files').Properties['LifecycleConfiguration']).toEqual({
      Rules: [
        {
          Prefix: 'incoming/',
          ExpirationInDays: 1,
          NoncurrentVersionExpiration: { NoncurrentDays: 1 },
          Status: 'Enabled',
        },
        { Prefix: 'files/', NoncurrentVersionExpiration: { NoncurrentDays: 7 }, Status: 'Enabled' },
        { AbortIncompleteMultipartUpload: { DaysAfterInitiation: 1 }, Status: 'Enabled' },
        { ExpiredObjectDeleteMarker: true, Status: 'Enabled' },
      ],
    })
  })

  it('reports its files to EventBridge, and accepts forms and serves links from any page', () => {
    expect(declared('Files').Properties).toMatchObject({
      NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
      CorsConfiguration: {
        CorsRules: [{ AllowedHeaders: ['*'], AllowedMethods: ['POST', 'GET'], AllowedOrigins: ['*'] }],
      },
    })
  })

  it('survives the stack', () => {
    expect(declared('Files')).toMatchObject({
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
    })
  })
})
