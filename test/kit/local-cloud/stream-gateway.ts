import { noOrigins } from '../../../infra/local/gateway/gate.ts'
import { type Gateway, startGateway } from '../../../infra/local/gateway/gateway.ts'
import { createDynamoDbStreams } from '../../../infra/local/services/dynamodb/streams-service.ts'

/** Serves only the streams of a DynamoDB, as the gateway of the local cloud does. */
export function startStreamGateway(address: { endpoint: string; region: string }): Promise<Gateway> {
  return startGateway({
    port: 0,
    services: [createDynamoDbStreams(address)],
    page: () => undefined,
    refusal: () => undefined,
    origins: noOrigins,
    log: () => {},
  })
}
