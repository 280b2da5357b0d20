import { clientIdOf, issuerOf, poolArnOf, poolIdOf } from '../services/cognito/template.ts'
import { bucketArnOf, bucketNameOf } from '../services/s3/template.ts'
import type { Lookup, Properties, Resource, Template } from './template.ts'

export interface Place {
  readonly region: string
  readonly stackName: string
}

/** `Ref` and the attributes of a resource, as far as they are known before it is made. */
type Names = (logicalId: string, place: Place, properties: Properties) => Readonly<Record<string, string>>

const account = '000000000000'
const unnamed: Names = (logicalId) => ({ Ref: logicalId })

/** Every type of resource that the local cloud models, by how it names one; a template with any other is refused. */
const types: Readonly<Record<string, Names>> = {
  'AWS::DynamoDB::GlobalTable': () => ({}), // named by the engine when it is made
  'AWS::Lambda::Function': (logicalId, place) => {
    const name = `${place.stackName}-${logicalId}`
    return { Ref: name, Arn: `arn:aws:lambda:${place.region}:${account}:function:${name}` }
  },
  'AWS::IAM::Role': (logicalId, { stackName }) => {
    const name = `${stackName}-${logicalId}`
    return { Ref: name, Arn: `arn:aws:iam::${account}:role/${name}` }
  },
  'AWS::Logs::LogGroup': (logicalId, { region, stackName }) => {
    const name = `${stackName}-${logicalId}`
    return { Ref: name, Arn: `arn:aws:logs:${region}:${account}:log-group:${name}:*` }
  },
  'AWS::Cognito::UserPool': (logicalId, { region }) => {
    const id = poolIdOf(region, logicalId)
    const issuer = issuerOf(region, id)
    const providerName = issuer.replace('https://', '')
    return { Ref: id, Arn: poolArnOf(region, id), ProviderURL: issuer, ProviderName: providerName }
  },
  'AWS::Cognito::UserPoolGroup': (_, __, { GroupName }) => ({ Ref: String(GroupName) }),
  'AWS::Cognito::UserPoolClient': (logicalId) => ({ Ref: clientIdOf(logicalId) }),
  // What it is called by, its URL, is known once the gateway listens.
  'AWS::SQS::Queue': (logicalId, { region, stackName }, { QueueName }) => {
    const name = typeof QueueName === 'string' ? QueueName : `${stackName}-${logicalId}`
    return { QueueName: name, Arn: `arn:aws:sqs:${region}:${account}:${name}` }
  },
  'AWS::Events::EventBus': (logicalId, { region, stackName }, { Name }) => {
    const name = typeof Name === 'string' ? Name : `${stackName}-${logicalId}`
    return { Ref: name, Name: name, Arn: `arn:aws:events:${region}:${account}:event-bus/${name}` }
  },
  'AWS::Events::Rule': () => ({}), // named by its bus
  'AWS::Scheduler::Schedule': (logicalId, { region, stackName }, { Name }) => {
    const name = typeof Name === 'string' ? Name : `${stackName}-${logicalId}`
    return { Ref: name, Arn: `arn:aws:scheduler:${region}:${account}:schedule/default/${name}` }
  },
  'AWS::StepFunctions::StateMachine': (logicalId, { region, stackName }, { StateMachineName }) => {
    const name = typeof StateMachineName === 'string' ? StateMachineName : `${stackName}-${logicalId}`
    const arn = `arn:aws:states:${region}:${account}:stateMachine:${name}`
    return { Ref: arn, Arn: arn, Name: name }
  },
  'AWS::SES::EmailIdentity': (_, __, { EmailIdentity }) => ({ Ref: String(EmailIdentity) }),
  'AWS::S3::Bucket': (logicalId, place, properties) => {
    const name = bucketNameOf(place, logicalId, properties)
    return { Ref: name, Arn: bucketArnOf(name) }
  },
  'AWS::ApiGatewayV2::Api': unnamed,
  'AWS::ApiGatewayV2::Authorizer': unnamed,
  'AWS::ApiGatewayV2::Integration': unnamed,
  'AWS::ApiGatewayV2::Route': unnamed,
  'AWS::ApiGatewayV2::Stage': unnamed,
  'AWS::IAM::Policy': unnamed,
  'AWS::Lambda::EventInvokeConfig': unnamed,
  'AWS::Lambda::EventSourceMapping': unnamed,
  'AWS::Lambda::Permission': unnamed,
  'AWS::S3::BucketPolicy': unnamed,
  'AWS::SQS::QueuePolicy': unnamed,
  // Without effect on one machine: who runs it reads the log.
  'AWS::Logs::MetricFilter': unnamed,
  'AWS::CloudWatch::Alarm': unnamed,
}

export interface ResourceNames {
  readonly lookup: Lookup
  readonly pseudo: Readonly<Record<string, string>>
  /** Adds what is known of a resource once it is made. */
  learn(logicalId: string, names: Readonly<Record<string, string | undefined>>): void
}

/** Names every resource of a template. Throws, naming it, where one is of a type that is not modelled. */
export function nameResources(template: Template, region: string): ResourceNames {
  const place = { region, stackName: template.stackName }
  const namesOf = ({ logicalId, type, properties }: Resource) => {
    const names = Object.hasOwn(types, type) ? types[type] : undefined
    if (names === undefined) throw new Error(`${logicalId}: the local cloud does not model ${type}`)
    return names(logicalId, place, properties)
  }
  const known = new Map<string, Readonly<Record<string, string | undefined>>>(
    template.resources.map((resource) => [resource.logicalId, namesOf(resource)]),
  )
  return {
    lookup: (logicalId, attribute) => known.get(logicalId)?.[attribute],
    pseudo: {
      'AWS::Region': region,
      'AWS::AccountId': account,
      'AWS::Partition': 'aws',
      'AWS::URLSuffix': 'amazonaws.com',
      'AWS::StackName': template.stackName,
    },
    learn: (logicalId, names) => void known.set(logicalId, { ...known.get(logicalId), ...names }),
  }
}
