import { existsSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { App, Stack } from 'aws-cdk-lib'
import { describe, expect, inject, it } from 'vitest'
import { fieldsOf, readTemplate } from '../../../infra/local/index.ts'
import { addFunction } from '../../../infra/stack/parts/lambda-function.ts'
import { deliveryActions } from '../../../infra/stack/parts/monitoring/execution-log.ts'
import { readStage } from '../../../infra/stages/read-stage.ts'
import { declared, declaredOf } from '../../kit/local-cloud/declared-resources.ts'
import { type ExpectedFunction, onFirstUse, reaction, eventStore as table } from './expected.ts'
import { projectInCommandApi } from './project/expected.ts'
import { subscriptionFunctions } from './subscription/expected.ts'
import { uploadFunctions, uploadInQueryApi } from './upload/expected.ts'

interface Statement {
  readonly Effect: string
  readonly Action: string | readonly string[]
  readonly Resource: string | readonly string[]
  readonly Condition?: { readonly StringLike: Readonly<Record<'s3:prefix', string | readonly string[]>> }
}

const apis: readonly ExpectedFunction[] = [
  {
    name: 'Registration',
    bundle: 'registration',
    seconds: 10,
    environment: { [table]: 'EventStore', RESERVATION_TABLE: 'Reservations' },
    grants: {
      'EventStore.Arn': 'dynamodb: PutItem Query',
      'Reservations.Arn': 'dynamodb: PutItem',
      'UserPool.Arn': 'cognito-idp: AdminGetUser',
    },
  },
  {
    name: 'CommandApi',
    bundle: 'command-api',
    seconds: 15,
    environment: { [table]: 'EventStore', RESERVATION_TABLE: 'Reservations', ...onFirstUse },
    grants: {
      'EventStore.Arn': 'dynamodb: PutItem Query',
      'Reservations.Arn': `dynamodb: ${['DeleteItem', ...projectInCommandApi].toSorted().join(' ')}`,
      'Registration.Arn': 'lambda: InvokeFunction',
    },
  },

  {
    name: 'QueryApi',
    bundle: 'query-api',
    seconds: 10,
    environment: {
      [table]: 'EventStore',
      READ_MODEL_TABLE: 'ReadModel',
      USER_POOL_CLIENT_ID: 'UserPoolClient',
      ...uploadInQueryApi.environment,
      ...onFirstUse,
    },
    grants: {
      'EventStore.Arn': 'dynamodb: Query',
      'ReadModel.Arn': 'dynamodb: BatchGetItem BatchWriteItem DeleteItem GetItem PutItem Query UpdateItem',
      'Registration.Arn': 'lambda: InvokeFunction',
      ...uploadInQueryApi.grants,
    },
  },
  {
    name: 'Projector',
    bundle: 'projector',
    seconds: 60,
    environment: { [table]: 'EventStore', READ_MODEL_TABLE: 'ReadModel' },
    grants: {
      'EventStore.Arn': 'dynamodb: Query',
      'ReadModel.Arn': 'dynamodb: BatchGetItem BatchWriteItem DeleteItem GetItem PutItem UpdateItem',
      'EventStore.StreamArn': 'dynamodb: DescribeStream GetRecords GetShardIterator ListStreams',
      'ProjectorFailures.Arn': 'sqs: SendMessage',
    },
  },
  {
    name: 'ProjectorRedrive',
    bundle: 'projector-redrive',
    seconds: 60,
    environment: { [table]: 'EventStore', READ_MODEL_TABLE: 'ReadModel', MAX_RECEIVES: '240' },
    grants: {
      'EventStore.Arn': 'dynamodb: Query',
      'ReadModel.Arn': 'dynamodb: BatchGetItem BatchWriteItem DeleteItem GetItem PutItem UpdateItem',
      'EventStore.StreamArn': 'dynamodb: GetRecords GetShardIterator',
      'ProjectorFailures.Arn': 'sqs: DeleteMessage GetQueueAttributes ReceiveMessage',
    },
  },
]

const functions: readonly ExpectedFunction[] = [
  ...apis,
  {
    name: 'Forwarder',
    bundle: 'forwarder',
    seconds: 60,
    environment: { [table]: 'EventStore', READ_MODEL_TABLE: 'ReadModel', EVENT_BUS_NAME: 'Events' },
    grants: {
      'EventStore.Arn': 'dynamodb: Query',
      'ReadModel.Arn': 'dynamodb: BatchGetItem DeleteItem PutItem',
      'Events.Arn': 'events: PutEvents',
      'EventStore.StreamArn': 'dynamodb: DescribeStream GetRecords GetShardIterator ListStreams',
      'ForwarderFailures.Arn': 'sqs: SendMessage',
    },
  },
  {
    name: 'ForwarderRedrive',
    bundle: 'forwarder-redrive',
    seconds: 60,
    environment: {
      [table]: 'EventStore',
      READ_MODEL_TABLE: 'ReadModel',
      EVENT_BUS_NAME: 'Events',
      MAX_RECEIVES: '240',
    },
    grants: {
      'EventStore.Arn': 'dynamodb: Query',
      'ReadModel.Arn': 'dynamodb: BatchGetItem DeleteItem PutItem',
      'Events.Arn': 'events: PutEvents',
      'EventStore.StreamArn': 'dynamodb: GetRecords GetShardIterator',
      'ForwarderFailures.Arn': 'sqs: DeleteMessage GetQueueAttributes ReceiveMessage',
    },
  },

  reaction(
    'SendMail',
    'send-mail',
    { MAIL_FROM: 'annals@example.com', MAIL_INTERVAL_MS: '2000' },
    { 'arn:aws:ses:region:account:identity/annals@example.com': 'ses: SendEmail' },
  ),

  reaction(
    'DeleteSignIn',
    'delete-sign-in',
    { USER_POOL_ID: 'UserPool' },
    { 'UserPool.Arn': 'cognito-idp: AdminDeleteUser' },
  ),

  ...uploadFunctions,
  ...subscriptionFunctions,
]

/** The grants of a role's policies: service and actions by resource. */
function grantsOf(role: string): Record<string, string> {
  const policies = declaredOf('AWS::IAM::Policy').filter(({ Properties }) =>
    [Properties['Roles']].flat().includes(role),
  )
  const statements = policies.flatMap(
    ({ Properties }) => fieldsOf(Properties['PolicyDocument'])['Statement'] as Statement[], // the shape of a policy
  )
  const grants = statements.map(({ Effect, Action, Resource, Condition }) => {
    const actions = [Action].flat().map((action) => action.split(':'))
    const services = new Set(actions.map(([service]) => service))
    const names = actions.map(([, action]) => action).toSorted()
    const prefixes = Condition === undefined ? [] : ['if s3:prefix is', Condition.StringLike['s3:prefix']]
    const place = [Effect, Resource, prefixes].flat(2).join(' ')
    return [place, `${[...services].join()}: ${names.join(' ')}`]
  })
  return Object.fromEntries(grants)
}

describe('the function', () => {
  it.each(functions)('$name runs its bundle on the newest Node with the settings that it needs', ({
    name,
    bundle,
    seconds,
    memory = 512,
    environment,
  }) => {
    const { Properties } = declared(name)
    expect(Properties).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Handler: 'index.handler',
      MemorySize: memory,
      Timeout: seconds,
      Role: `${name}Role.Arn`,
      Environment: {
        Variables: {
          ...environment,
          POWERTOOLS_SERVICE_NAME: bundle,
          POWERTOOLS_LOG_LEVEL: 'INFO',
          POWERTOOLS_METRICS_NAMESPACE: 'Annals/dev',
          NODE_OPTIONS: '--enable-source-maps',
        },
      },
    })
    const variables = fieldsOf(fieldsOf(Properties['Environment'])['Variables'])
    expect(Object.keys(variables)).toHaveLength(Object.keys(environment).length + 4)
    const key = String(fieldsOf(Properties['Code'])['S3Key'])
    const folder = readTemplate(inject('assembly')).assetFolder(key)
    expect(existsSync(join(folder, 'index.mjs'))).toBe(true)
    expect(existsSync(join(folder, 'index.mjs.map'))).toBe(true)
  })

  it.each(functions)('$name writes its own log, which is kept for a month', ({ name }) => {
    expect(declared(name).Properties['LoggingConfig']).toEqual({ LogGroup: `${name}Log` })
    expect(declared(`${name}Log`).Properties).toEqual({ RetentionInDays: 30 })
  })

  it.each(functions)('$name is created after its policy', ({ name }) => {
    expect(declared(name).DependsOn).toContain(`${name}RoleDefaultPolicy`)
  })

  it('exists once for each file in a folder of functions', () => {
    const files = ['commands', 'projections', 'workflows'].flatMap((layer) =>
      readdirSync(join(layer, 'functions')),
    )
    const named = files.filter((file) => file.endsWith('.ts')).map((file) => basename(file, '.ts'))
    const running = declaredOf('AWS::Lambda::Function').map(({ Properties }) => {
      const variables = fieldsOf(fieldsOf(Properties['Environment'])['Variables'])
      return String(variables['POWERTOOLS_SERVICE_NAME'])
    })
    expect(running.toSorted()).toEqual(named.toSorted())
    expect(functions.map(({ bundle }) => bundle).toSorted()).toEqual(named.toSorted())
  })

  it('cannot be added without its bundle', async () => {
    const stage = await readStage('dev', {})
    const options = {
      bundles: inject('bundles'),
      stage,
      memoryMb: 512,
      timeoutSeconds: 10,
      environment: {},
    }
    const add = () => addFunction(new Stack(new App()), 'SendPostcard', { ...options, name: 'send-postcard' })
    expect(add).toThrow(
      'The function SendPostcard has no bundle: add a file send-postcard.ts to a folder functions/, or correct its name.',
    )
  })
})

describe('the role', () => {
  it.each(functions)('of $name allows exactly the calls that it makes', ({ name, grants }) => {
    expect(grantsOf(`${name}Role`)).toEqual({
      [`Allow ${name}Log.Arn`]: 'logs: CreateLogStream PutLogEvents',
      ...Object.fromEntries(
        Object.entries(grants).map(([resource, actions]) => [`Allow ${resource}`, actions]),
      ),
    })
  })

  it.each(functions)('of $name can be assumed only by Lambda', ({ name }) => {
    expect(declared(`${name}Role`).Properties).toEqual({
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          { Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' } },
        ],
      },
    })
  })

  it('has no wildcard, except to deliver logs, for which no resource can be named', () => {
    const granted = declaredOf('AWS::IAM::Policy').flatMap(
      ({ Properties }) => fieldsOf(Properties['PolicyDocument'])['Statement'] as Statement[], // the form of a policy
    )
    const withoutResource = deliveryActions.map((action) => `logs:${action}`).toSorted()
    const rest = granted.filter(({ Action }) => [Action].flat().toSorted().join() !== withoutResource.join())
    expect(rest).toHaveLength(granted.length - declaredOf('AWS::StepFunctions::StateMachine').length)
    expect(granted.length).toBeGreaterThanOrEqual(functions.length)
    // No policy can name the keys of files, so it names only the folder and the last part.
    const named = JSON.stringify(rest).replaceAll(/(Files\.Arn\/|")(incoming|files)\/\*/g, '')
    expect(named).not.toContain('*')
  })
})
