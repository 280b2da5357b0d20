/**
 * The local cloud. This file is the only way in: code outside infra/local imports no other file of it. Only tests of
 * the local cloud itself, in test/infra/local and test/kit/local-cloud, may import the other files.
 *
 * It exports functions that run a template, find a running local cloud, read templates and inject faults. For tests
 * of other code it exports single services: DynamoDB, its streams, and a clock and an error of state machines.
 * Importing it is cheap, because the services are loaded when the local cloud starts.
 */

export { type Announced, readAnnouncement } from './cloud/announcement.ts'
export { type LocalCloud, type LocalCloudFaults, startLocalCloud } from './cloud/local-cloud.ts'
export type { LocalCloudOptions } from './cloud/options.ts'
export { physicalName } from './cloud/resource-names.ts'
export { createResolver, fieldsOf, type Properties, readTemplate, type Template } from './cloud/template.ts'
export { type DeliveryOptions, withDeliveryFaults } from './faults/delivery-faults.ts'
export {
  type Chances,
  createFaults,
  type Fault,
  type Faults,
  faultNames,
  parseChances,
  parseFaults,
} from './faults/faults.ts'
export { listen } from './gateway/listen.ts'
export { type DynamoDb, startDynamoDb } from './services/dynamodb/service.ts'
export { listShards, type StreamRecord } from './services/dynamodb/stream-shards.ts'
export { readStreamMapping } from './services/event-sources/stream-template.ts'
export type { ExecutionClock } from './services/step-functions/clock.ts'
export { StatesError } from './services/step-functions/states-error.ts'
