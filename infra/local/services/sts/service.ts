import { account } from '../../cloud/resource-names.ts'
import type { AwsService } from '../../gateway/aws-service.ts'
import { queryAnswer } from '../../gateway/query-protocol.ts'
import { stsOperations } from './operations.ts'

const namespace = 'https://sts.amazonaws.com/doc/2011-06-15/'

/** Creates STS, which tells callers who they are. Many tools call it first. As on AWS, it needs no permission. */
export function createSts(arnOf: (caller: string | undefined) => string): AwsService {
  return {
    targets: [],
    rest: {
      signedFor: 'sts',
      operationOf: (_, path, query) => (path === '/' ? (query.get('Action') ?? undefined) : undefined),
    },
    operations: stsOperations,
    permissions: () => [],
    async handle({ operation, caller }) {
      const UserId = caller ?? 'AIDADEVELOPER'
      return queryAnswer(namespace, operation, { Arn: arnOf(caller), UserId, Account: account })
    },
  }
}
