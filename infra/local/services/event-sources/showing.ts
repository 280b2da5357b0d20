import { createHash } from 'node:crypto'
import type { Properties } from '../../cloud/template.ts'
import { AwsError, type AwsRequest, type AwsResponse, type AwsService } from '../../gateway/aws-service.ts'
import { queryOf } from '../../gateway/rest-query.ts'
import type { FunctionDefinition } from '../lambda/function-definition.ts'
import { eventSourceOperations } from './operations.ts'

/** A mapping of the template, its properties resolved. */
export interface DeclaredMapping {
  readonly logicalId: string
  readonly target: FunctionDefinition
  readonly properties: Properties
}

const mappingsPath = /^\/2015-03-31\/event-source-mappings(?:\/([^/]+))?\/?$/

/** The part of Lambda that shows the mappings of the template. They change with the template only. */
export function showMappings(mappings: readonly DeclaredMapping[]): AwsService {
  function named({ path = '' }: AwsRequest): object {
    const uuid = mappingsPath.exec(path)?.[1]
    const found = mappings.find(({ logicalId }) => uuidOf(logicalId) === uuid)
    if (found !== undefined) return descriptionOf(found)
    throw new AwsError('ResourceNotFoundException', 'The resource you requested does not exist.', 404)
  }

  function list(request: AwsRequest): object {
    const query = queryOf(request)
    const source = query.get('EventSourceArn')
    const target = query.get('FunctionName')
    const listed = mappings.filter(
      ({ properties, target: { name, arn } }) =>
        (source === null || properties['EventSourceArn'] === source) &&
        (target === null || name === target || arn === target),
    )
    return { EventSourceMappings: listed.map(descriptionOf) }
  }

  return {
    targets: [],
    rest: {
      signedFor: 'lambda',
      operationOf(method, path) {
        const [found, uuid] = mappingsPath.exec(path) ?? []
        if (found === undefined || method !== 'GET') return undefined
        return uuid === undefined ? 'ListEventSourceMappings' : 'GetEventSourceMapping'
      },
    },
    operations: eventSourceOperations,
    permissions: ({ operation }) => [{ action: `lambda:${operation}`, resource: '*' }],
    handle: async (request): Promise<AwsResponse> => ({
      status: 200,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(request.operation === 'GetEventSourceMapping' ? named(request) : list(request)),
    }),
  }
}

/** The id of a mapping: the same at each start. */
function uuidOf(logicalId: string): string {
  const hex = createHash('sha256').update(`event source mapping/${logicalId}`).digest('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  )
}

function descriptionOf({ logicalId, target, properties }: DeclaredMapping): object {
  const { FunctionName: _, Tags: __, Enabled, ...shown } = properties
  return {
    UUID: uuidOf(logicalId),
    FunctionArn: target.arn,
    State: Enabled === false ? 'Disabled' : 'Enabled',
    ...shown,
  }
}
