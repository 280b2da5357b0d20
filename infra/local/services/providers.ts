import type { ServiceProvider } from '../cloud/provider.ts'
import type { ResourceTypes } from '../cloud/resource-names.ts'
import { gateway } from '../gateway/provider.ts'
import { iam } from '../iam/provider.ts'
import { cloudWatch } from './cloudwatch/provider.ts'
import { cognito } from './cognito/provider.ts'
import { dynamoDb } from './dynamodb/provider.ts'
import { eventSources } from './event-sources/provider.ts'
import { eventBridge } from './eventbridge/provider.ts'
import { httpApi } from './http-api/provider.ts'
import { lambda } from './lambda/provider.ts'
import { s3 } from './s3/provider.ts'
import { scheduler } from './scheduler/provider.ts'
import { secretsManager } from './secrets-manager/provider.ts'
import { ses } from './ses/provider.ts'
import { sqs } from './sqs/provider.ts'
import { stepFunctions } from './step-functions/provider.ts'
import { sts } from './sts/provider.ts'

/**
 * Every service of the local cloud, in the order in which they are opened. They are closed in the opposite order. A
 * provider may use those above it only.
 */
export const providers: readonly ServiceProvider[] = [
  // Policies contain the ARNs of tables and streams, and the engine assigns an ARN when it creates the resource.
  dynamoDb,
  // The gateway checks every call against the roles, and the services below check their grants as they open.
  iam,
  // The URL of a queue starts with that of the gateway, and functions find all services there.
  gateway,
  // Names callers by their roles.
  sts,
  // Cognito delivers its codes to the mailbox of SES.
  ses,
  // Needs nothing. Functions read secrets when they start.
  secretsManager,
  // Functions have URLs of queues in their variables, and queues as failure destinations.
  sqs,
  // Functions write their logs to it.
  cloudWatch,
  // Everything below invokes functions.
  lambda,
  // Its trigger is a function, and the mail with a code goes to the mailbox.
  cognito,
  // Its tasks are functions. Unfinished executions resume here.
  stepFunctions,
  // The targets of its rules are functions and state machines, their dead-letter queues are queues.
  eventBridge,
  // Its notifications go to EventBridge.
  s3,
  // From here on, functions are invoked with records: all services that they call are open.
  eventSources,
  // Its integrations are functions, and its authorizer has the keys of Cognito.
  httpApi,
  // Schedules that are due run at once, so they come last.
  scheduler,
]

/** Every resource type that a provider models. */
export const resourceTypes: ResourceTypes = Object.assign({}, ...providers.map(({ resources }) => resources))

// The running local cloud exposes the handles of these providers.
export { gateway, httpApi, lambda, ses }
