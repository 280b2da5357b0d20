import { accessSync, constants, mkdirSync } from 'node:fs'
import { basename } from 'node:path'
import { createFaults, type Faults } from '../faults/faults.ts'
import { withRequestFaults } from '../faults/request-faults.ts'
import type { AwsService, Log } from '../gateway/aws-service.ts'
import { startGateway } from '../gateway/gateway.ts'
import { readPermissions } from '../iam/permissions.ts'
import { compilePolicy, type Policy } from '../iam/policy.ts'
import { openCognito } from '../services/cognito/service.ts'
import { startDynamoDb } from '../services/dynamodb/service.ts'
import { createDynamoDbStreams } from '../services/dynamodb/streams-service.ts'
import { startEventSource } from '../services/event-sources/event-sources.ts'
import { nameRule, openEvents } from '../services/eventbridge/service.ts'
import { startHttpApi } from '../services/http-api/service.ts'
import { openAsyncInvocations } from '../services/lambda/async-invocations.ts'
import { failureDestinations } from '../services/lambda/failure-destination.ts'
import { secretAccessKey } from '../services/lambda/function.ts'
import { startLambda } from '../services/lambda/service.ts'
import { readFunction } from '../services/lambda/template.ts'
import { readBucketPolicy } from '../services/s3/bucket-policy.ts'
import { openS3 } from '../services/s3/service.ts'
import { schedulesPage } from '../services/scheduler/page.ts'
import { openScheduler, type Scheduler } from '../services/scheduler/service.ts'
import { readSchedule } from '../services/scheduler/template.ts'
import { mailPage, openMailbox } from '../services/ses/mailbox.ts'
import { type MailService, openMailService } from '../services/ses/service.ts'
import { readQueuePolicies } from '../services/sqs/queue-policies.ts'
import { openQueues } from '../services/sqs/service.ts'
import { isStateMachine, startStateMachines } from '../services/step-functions/state-machines.ts'
import { openAnnouncement } from './announcement.ts'
import { nameResources } from './resource-names.ts'
import { createResolver, fieldsOf, type Properties, readTemplate, type Template } from './template.ts'

export interface LocalCloudOptions {
  /** Gives the folder of the cloud assembly with the template, such as `cdk.out`, once the data folder is ours. */
  readonly assembly: () => Promise<string> | string
  readonly dataDir: string
  /** Ports of the API and of the AWS gateway; 0 picks one. */
  readonly port: number
  readonly awsPort: number
  readonly region: string
  /** A DynamoDB to use in place of the embedded one. */
  readonly endpoint?: string
  /** Whether that DynamoDB may be on another machine. */
  readonly allowRemote: boolean
  /** Groups that everyone who signs up is put in. */
  readonly groups: readonly string[]
  /** Waits before what failed is delivered again, by a bus, a schedule or Lambda; those of AWS otherwise. */
  readonly retryDelaysMs?: readonly number[]
  /** Where a debugger finds the first function; each further one has the next port. */
  readonly inspectPort?: number
  readonly log: Log
}

export interface LocalCloud {
  readonly apiUrl: string
  /** Endpoint of the AWS gateway. */
  readonly awsUrl: string
  readonly faults: LocalCloudFaults
  /**
   * Runs the functions of another assembly's template, as far as their code differs. Returns the logical ids of
   * those; throws where anything else differs, which takes a new start.
   */
  reload(assembly: string): readonly string[]
  close(): Promise<void>
}

/** How a test makes the local cloud fail as AWS can. Of requests, those of functions fail, never those of who looks on. */
export interface LocalCloudFaults extends Faults {
  refuseMail: MailService['refuse']
}

/**
 * Starts everything that the template declares: tables and their streams, sign-in, functions, mappings and the
 * API, behind one gateway.
 *
 * @throws Error in one line that says what to do: what is not modelled, a grant that is missing, a port or a data
 * folder in use.
 */
export async function startLocalCloud(o: LocalCloudOptions): Promise<LocalCloud> {
  const started: (() => unknown)[] = []
  const close = async () => {
    for (const end of started.splice(0).reverse()) await end()
  }
  try {
    prepareFolder(o.dataDir)
    const dynamoDb = await startDynamoDb(o)
    started.push(dynamoDb.close)

    const template = readTemplate(await o.assembly())
    const names = nameResources(template, o.region)
    const resolve = createResolver(names.pseudo, names.lookup)
    const each = (type: string) =>
      template
        .ofType(type)
        .map(({ logicalId, properties }) => ({ logicalId, properties: resolve(properties) }))
    const nameOf = (logicalId: string, attribute = 'Ref') => names.lookup(logicalId, attribute) ?? ''
    const place = { region: o.region, stackName: template.stackName }
    for (const { logicalId, properties } of each('AWS::Events::Rule')) {
      names.learn(logicalId, nameRule(place, logicalId, properties))
    }

    const resourcePolicies = new Map<string, Policy>()
    for (const { logicalId, properties } of each('AWS::DynamoDB::GlobalTable')) {
      const table = await dynamoDb.createTable(logicalId, properties)
      names.learn(logicalId, { Ref: table.name, Arn: table.arn, StreamArn: table.streamArn })
      const document = resourcePolicyOf(properties)
      if (document !== undefined) resourcePolicies.set(table.arn, compilePolicy(document, logicalId))
    }
    for (const { logicalId, properties } of each('AWS::S3::BucketPolicy')) {
      const { bucketArn, policy } = readBucketPolicy(logicalId, properties)
      resourcePolicies.set(bucketArn, policy)
    }

    const permissions = readPermissions({ template, resolve, nameOf, resourcePolicies })
    const mailbox = openMailbox(o.dataDir)
    const cognito = openCognito({ ...o, mailbox, invoke: (arn, event) => lambda.invoke(arn, event) })
    for (const { logicalId, properties } of each('AWS::Cognito::UserPool')) {
      cognito.createUserPool(logicalId, properties)
    }
    for (const { logicalId, properties } of each('AWS::Cognito::UserPoolClient')) {
      cognito.createUserPoolClient(logicalId, properties)
    }

    for (const { logicalId, properties } of each('AWS::Cognito::UserPoolGroup')) {
      cognito.createGroup(logicalId, properties)
    }

    const identities = each('AWS::SES::EmailIdentity').map(({ logicalId }) => nameOf(logicalId))
    const mail = openMailService({ region: o.region, identities, mailbox })
    const queues = openQueues(o.dataDir)
    const announcement = openAnnouncement(o.dataDir)

    const faults = createFaults()
    const functionIds = new Set(template.ofType('AWS::Lambda::Function').map(({ logicalId }) => logicalId))
    const shaken = (service: AwsService) => withRequestFaults(service, faults, (id) => functionIds.has(id))
    const streams = createDynamoDbStreams({ endpoint: dynamoDb.endpoint, region: o.region })
    const services = [dynamoDb.service, streams, cognito.service, mail.service, queues.service].map(shaken)
    let scheduler: Scheduler | undefined
    const gateway = await startGateway({
      port: o.awsPort,
      services,
      page: (url, request) =>
        mailPage(mailbox, url) ??
        announcement.page(url) ??
        cognito.document(url.pathname) ??
        (scheduler && schedulesPage(scheduler, url, request)),
      refusal: permissions.refusal,
      log: o.log,
    })
    started.push(gateway.close)
    for (const { logicalId, properties } of each('AWS::SQS::Queue')) {
      const name = nameOf(logicalId, 'QueueName')
      const arn = nameOf(logicalId, 'Arn')
      const { url } = queues.createQueue({ name, arn, baseUrl: gateway.url, properties })
      names.learn(logicalId, { Ref: url })
    }
    queues.checkRedrives()
    const queuePolicies = readQueuePolicies(each('AWS::SQS::QueuePolicy'))

    const lambda = await startLambda({ ...o, endpoint: gateway.url, faults })
    started.push(lambda.close)
    services.push(shaken(lambda.service))
    const functionsOf = ({ ofType, assetFolder }: Template) =>
      ofType('AWS::Lambda::Function').map(({ logicalId, properties }) =>
        readFunction({
          logicalId,
          properties: resolve(properties),
          assetFolder,
          name: nameOf(logicalId),
          arn: nameOf(logicalId, 'Arn'),
        }),
      )
    for (const definition of functionsOf(template)) lambda.define(definition)

    for (const { logicalId, properties } of each('AWS::Cognito::UserPool')) {
      const trigger = fieldsOf(properties['LambdaConfig'])['PostConfirmation']
      if (trigger === undefined) continue
      const target = lambda.find(String(trigger))
      permissions.demandInvoke('cognito-idp.amazonaws.com', nameOf(logicalId, 'Arn'), target)
    }

    const failureDestination = failureDestinations(queues, permissions)
    const invocations = openAsyncInvocations({ ...o, lambda, faults })
    started.push(invocations.close)
    for (const { properties } of each('AWS::Lambda::EventInvokeConfig')) {
      const { arn, logicalId } = lambda.find(String(properties['FunctionName']))
      invocations.configure(arn, properties, failureDestination(logicalId, properties))
    }

    const stepFunctions = await startStateMachines({
      ...o,
      lambda,
      permissions,
      faults,
      nameOf,
      machines: each('AWS::StepFunctions::StateMachine'),
    })
    started.push(stepFunctions.close)
    services.push(shaken(stepFunctions.service))

    const rules = each('AWS::Events::Rule').map(({ logicalId, properties }) => ({
      arn: nameOf(logicalId, 'Arn'),
      name: nameOf(logicalId, 'Name'),
      properties,
    }))
    const invoke: typeof stepFunctions.start = (arn, input, id) =>
      isStateMachine(arn) ? stepFunctions.start(arn, input, id) : invocations.invokeAsync(arn, input)
    const events = openEvents({ ...o, rules, invoke, findQueue: queues.find })
    started.push(events.close)
    services.push(shaken(events.service))
    for (const { rule, arn, roleArn, deadLetters } of events.targets) {
      if (isStateMachine(arn)) stepFunctions.demandStart(rule, arn, roleArn)
      else permissions.demandInvoke('events.amazonaws.com', rule, lambda.find(arn))
      if (deadLetters) queuePolicies.demandSend('events.amazonaws.com', rule, deadLetters)
    }
    const s3 = openS3({
      ...o,
      refusal: permissions.refusal,
      publish: (event) => events.publish('default', event),
      signers: { region: o.region, secretAccessKey, isFunction: (id) => functionIds.has(id) },
      buckets: each('AWS::S3::Bucket').map(({ logicalId, properties }) => ({
        name: nameOf(logicalId),
        properties,
      })),
    })
    services.push(shaken(s3))

    const schedules = each('AWS::Scheduler::Schedule').map(({ logicalId, properties }) =>
      readSchedule({ logicalId, arn: nameOf(logicalId, 'Arn'), properties, findQueue: queues.find }),
    )
    const group = `arn:aws:scheduler:${o.region}:000000000000:schedule-group/default`
    for (const { roleArn, targetArn, deadLetters } of schedules) {
      permissions.demandOfRole(roleArn, { service: 'scheduler.amazonaws.com', sourceArn: group }, [
        { action: 'lambda:InvokeFunction', resource: lambda.find(targetArn).arn },
        ...(deadLetters ? [{ action: 'sqs:SendMessage', resource: deadLetters.arn }] : []),
      ])
    }

    const sources = { ...o, dynamoDb, queues, lambda, permissions, failureDestination, faults }
    for (const { properties } of each('AWS::Lambda::EventSourceMapping'))
      started.push(startEventSource(properties, sources))

    const [api, ...others] = each('AWS::ApiGatewayV2::Api')
    if (api === undefined || others.length > 0)
      throw new Error('The local cloud runs a template with exactly one API')
    const apiArn = `arn:aws:execute-api:${o.region}:000000000000:${api.logicalId}/$default/ANY/path`
    const integrations = each('AWS::ApiGatewayV2::Integration')
    for (const { properties } of integrations) {
      const target = lambda.find(String(properties['IntegrationUri']))
      permissions.demandInvoke('apigateway.amazonaws.com', apiArn, target)
    }
    const httpApi = await startHttpApi({
      port: o.port,
      portVariable: 'PORT',
      api: {
        api,
        integrations,
        stages: each('AWS::ApiGatewayV2::Stage'),
        routes: each('AWS::ApiGatewayV2::Route'),
        authorizers: each('AWS::ApiGatewayV2::Authorizer'),
      },
      invoke: lambda.invoke,
      keysOf: cognito.keysOf,
      log: o.log,
    })
    started.push(httpApi.close)
    names.learn(api.logicalId, { ApiEndpoint: httpApi.url })
    scheduler = openScheduler({ ...o, schedules, invoke: invocations.invokeAsync })
    started.push(scheduler.close)
    const outputs = resolve(template.outputs) as Readonly<Record<string, string>> // outputs are texts
    started.push(announcement.publish({ endpoint: gateway.url, region: o.region, outputs }))
    const reload = (assembly: string) => {
      const next = readTemplate(assembly)
      if (withoutCode(next) !== withoutCode(template))
        throw new Error('The template differs in more than the code of its functions: start again')
      // An asset's folder is named after what it holds.
      const changed = functionsOf(next).filter(
        ({ arn, folder }) => basename(lambda.find(arn).folder) !== basename(folder),
      )
      for (const definition of changed) lambda.define(definition)
      return changed.map(({ logicalId }) => logicalId)
    }
    return {
      apiUrl: httpApi.url,
      awsUrl: gateway.url,
      reload,
      close,
      faults: { ...faults, refuseMail: mail.refuse },
    }
  } catch (error) {
    await close()
    throw error
  }
}

function prepareFolder(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true })
    accessSync(dataDir, constants.R_OK | constants.W_OK)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException // of the file system
    throw new Error(
      `${dataDir} cannot be used as the data folder (${code}): choose another with ANNALS_DATA=…`,
    )
  }
}

/** Everything that a template says but where the code of its functions lies, as text to compare. */
function withoutCode({ resources }: Template): string {
  return JSON.stringify(resources, (name, value: unknown) => (name === 'S3Key' ? '' : value))
}

/** The policy that lies on a table itself. */
function resourcePolicyOf(table: Properties): unknown {
  const { Replicas: replicas } = table
  const [replica] = Array.isArray(replicas) ? replicas : []
  return fieldsOf(fieldsOf(replica)['ResourcePolicy'])['PolicyDocument']
}
