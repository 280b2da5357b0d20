import type { S3Call, S3Context } from './call.ts'
import { bucketArnOf } from './template.ts'

/** Sends an event about an object to EventBridge, if its bucket sends events. */
export function announce(
  { bucket: { name, sendsEvents }, id, message }: S3Call,
  { publish }: Pick<S3Context, 'publish'>,
  kind: 'Object Created' | 'Object Deleted',
  detail: object,
): void {
  if (!sendsEvents) return
  publish({
    source: 'aws.s3',
    'detail-type': kind,
    resources: [bucketArnOf(name)],
    detail: {
      version: '0',
      bucket: { name },
      'request-id': id,
      requester: '000000000000',
      'source-ip-address': message.socket.remoteAddress,
      ...detail,
    },
  })
}
