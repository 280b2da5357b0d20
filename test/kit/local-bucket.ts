import { randomUUID } from 'node:crypto'
import { S3Client } from '@aws-sdk/client-s3'
import { startGateway } from '../../infra/local/gateway.ts'
import { compilePolicy, refusalOf } from '../../infra/local/iam.ts'
import { openS3 } from '../../infra/local/s3/s3.ts'
import type { Properties } from '../../infra/local/template.ts'
import { closeAfter, dataDir, log, region } from './local-service.ts'

export const Bucket = 'annals-uploads'
