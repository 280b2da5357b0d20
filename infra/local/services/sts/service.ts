import { account } from '../../cloud/resource-names.ts'
import type { AwsService } from '../../gateway/aws-service.ts'
import { queryAnswer } from '../../gateway/query-protocol.ts'
import { stsOperations } from './operations.ts'

const namespace = 'https://sts.amazonaws.com/doc/2011-06-15/'

/** STS tells a caller who they are: the first call of many tools. It needs no permission, as on AWS. */
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
