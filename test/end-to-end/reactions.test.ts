import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge'
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { afterEach, describe, expect, inject, it, vi } from 'vitest'
import { newDataDir, type RunningStage, removeDataDir, runStage, type Template } from '../kit/local-stage.ts'

type Resources = Template['Resources']

const closers: (() => unknown)[] = []

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
})

const get = (name: string, attribute = 'Arn') => ({ 'Fn::GetAtt': [name, attribute] })
const statement = (Action: string, Resource: unknown, over: object = {}) => ({
  Statement: [{ Effect: 'Allow', Action, Resource, ...over }],
})

/** Greets ann, and fails on all else. As CDK writes it: a bus, a rule, a function, and queues for both. */
const declared: Resources = {
  Bus: { Type: 'AWS::Events::EventBus', Properties: { Name: 'Greetings' } },
  DeadLetters: { Type: 'AWS::SQS::Queue', Properties: { SqsManagedSseEnabled: true } },
  Failures: { Type: 'AWS::SQS::Queue', Properties: { MessageRetentionPeriod: 1_209_600 } },
  DeadLettersPolicy: {
    Type: 'AWS::SQS::QueuePolicy',
    Properties: {
      Queues: [{ Ref: 'DeadLetters' }],
      PolicyDocument: statement('sqs:SendMessage', get('DeadLetters'), {
        Principal: { Service: 'events.amazonaws.com' },
        Condition: { ArnEquals: { 'aws:SourceArn': get('Rule') } },
      }),
    },
  },
  Rule: {
    Type: 'AWS::Events::Rule',
    Properties: {
      ...{ EventBusName: { Ref: 'Bus' }, EventPattern: { source: ['tests'] }, State: 'ENABLED' },
      Targets: [
        {
          ...{ Id: 'Target0', Arn: get('Greeter'), InputPath: '$.detail' },
          DeadLetterConfig: { Arn: get('DeadLetters') },
        },
      ],
    },
  },
  RuleMayInvoke: {
    Type: 'AWS::Lambda::Permission',
    Properties: {
      ...{ Action: 'lambda:InvokeFunction', Principal: 'events.amazonaws.com' },
      ...{ FunctionName: get('Greeter'), SourceArn: get('Rule') },
    },
  },
  GreeterRole: { Type: 'AWS::IAM::Role', Properties: {} },
  GreeterPolicy: {
    Type: 'AWS::IAM::Policy',
    Properties: {
      PolicyDocument: statement('sqs:SendMessage', get('Failures')),
      ...{ PolicyName: 'Greeter', Roles: [{ Ref: 'GreeterRole' }] },
    },
  },
  Greeter: {
    Type: 'AWS::Lambda::Function',
    Properties: {
      ...{ Code: { S3Bucket: 'assets', S3Key: 'greeter.zip' }, Handler: 'index.handler' },
      ...{ Role: get('GreeterRole'), Runtime: 'nodejs24.x' },
      Environment: { Variables: { FAILURES: { Ref: 'Failures' } } },
    },
  },
  GreeterAsync: {
    Type: 'AWS::Lambda::EventInvokeConfig',
    Properties: {
      ...{ FunctionName: { Ref: 'Greeter' }, Qualifier: '$LATEST', MaximumRetryAttempts: 1 },
      DestinationConfig: { OnFailure: { Destination: get('Failures') } },
    },
  },
}
const code = `export const handler = async ({ name }) => {
  if (name !== 'ann') throw new Error('only ann')
  console.log('Hello, ' + name)
}`

/** Starts the stage on the template with these resources beside its own, as `change` leaves them all. */
async function run(change: (resources: Resources) => void = () => {}): Promise<RunningStage> {
  const assembly = newDataDir()
  closers.push(() => removeDataDir(assembly))
  cpSync(inject('assembly'), assembly, { recursive: true })
  const [templateFile, assetsFile] = ['template', 'assets'].map((kind) =>
    join(assembly, `Annals.${kind}.json`),
  )
  const read = (file = '') => JSON.parse(readFileSync(file, 'utf8'))
  const [template, assets] = [read(templateFile), read(assetsFile)]
  Object.assign(template.Resources, structuredClone(declared))
  change(template.Resources)
  assets.files.greeter = { source: { path: 'greeter' }, destinations: { here: { objectKey: 'greeter.zip' } } }
  writeFileSync(String(templateFile), JSON.stringify(template))
  writeFileSync(String(assetsFile), JSON.stringify(assets))
  mkdirSync(join(assembly, 'greeter'))
  writeFileSync(join(assembly, 'greeter', 'index.mjs'), code)
  const running = await runStage({ assembly, retryDelaysMs: [0] })
  closers.push(running.close)
  return running
}

/** Changes the properties of a resource. */
const set = (id: string, properties: object) => (resources: Resources) =>
  void Object.assign(resources[id]?.Properties ?? {}, properties)

/** What an AWS client needs to call the stage. */
function configOf({ stage, config }: RunningStage) {
  const credentials = { accessKeyId: 'anyone', secretAccessKey: 'any' }
  return { endpoint: stage.awsUrl, region: config.region, credentials }
}

function greet(on: RunningStage, name: string) {
  const entry = { EventBusName: 'Greetings', Source: 'tests', DetailType: 'greet' }
  const command = new PutEventsCommand({ Entries: [{ ...entry, Detail: JSON.stringify({ name }) }] })
  return new EventBridgeClient(configOf(on)).send(command)
}

/** The one message in the failure destination. */
async function failureOn(on: RunningStage): Promise<unknown> {
  const QueueUrl = `${on.stage.awsUrl}/000000000000/Annals-Failures`
  const client = new SQSClient(configOf(on))
  return vi.waitFor(async () => {
    const { Messages = [] } = await client.send(new ReceiveMessageCommand({ QueueUrl }))
    expect(Messages).toHaveLength(1)
    return JSON.parse(String(Messages[0]?.Body))
  }, 5000)
}

describe('a function behind a rule', () => {
  it('gets the events that match', async () => {
    const on = await run()
    await greet(on, 'ann')
    await vi.waitFor(() => expect(on.lines).toContain('Greeter Hello, ann'), 5000)
  })

  it('that fails on one leaves it in its failure destination', async () => {
    const on = await run()
    await greet(on, 'bob')
    expect(await failureOn(on)).toMatchObject({
      requestContext: { condition: 'RetriesExhausted', approximateInvokeCount: 2 },
      requestPayload: { name: 'bob' },
    })
  })
})

describe('a function behind a stream', () => {
  it('that fails on a batch leaves where it was in its failure destination', async () => {
    let TableName = ''
    const on = await run((resources) => {
      const [table = ''] =
        Object.entries(resources).find(([, { Properties }]) => Properties?.['StreamSpecification']) ?? []
      TableName = `Annals-${table}`
      resources['Mapping'] = {
        Type: 'AWS::Lambda::EventSourceMapping',
        Properties: {
          ...{ EventSourceArn: get(table, 'StreamArn'), FunctionName: { Ref: 'Greeter' } },
          ...{ StartingPosition: 'TRIM_HORIZON', MaximumRetryAttempts: 0 },
          DestinationConfig: { OnFailure: { Destination: get('Failures') } },
        },
      }
      const { Statement } = statement('sqs:SendMessage', get('Failures'))
      const reads = ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams']
      const onStream = {
        Action: reads.map((action) => `dynamodb:${action}`),
        Resource: get(table, 'StreamArn'),
      }
      const PolicyDocument = { Statement: [...Statement, { Effect: 'Allow', ...onStream }] }
      set('GreeterPolicy', { PolicyDocument })(resources)
    })
    const client = new DynamoDBClient(configOf(on))
    await client.send(new PutItemCommand({ TableName, Item: { pk: { S: 'greeting-1' }, sk: { N: '1' } } }))
    expect(await failureOn(on)).toMatchObject({
      requestContext: { condition: 'RetryAttemptsExhausted' },
      DDBStreamBatchInfo: { batchSize: 1 },
    })
  })
})

describe('a fault that the stage is told to show', () => {
  it('fails the next write', async () => {
    const on = await run()
    on.stage.faults.dynamoDb('conflict', 1)
    const client = new DynamoDBClient(configOf(on))
    const put = client.send(new PutItemCommand({ TableName: 'any', Item: {} }))
    await expect(put).rejects.toMatchObject({ name: 'TransactionConflictException' })
  })
})

describe('a grant that a reaction lacks fails the start', () => {
  it.each<[string, (resources: Resources) => void, RegExp]>([
    [
      'of the rule to invoke the function',
      (resources) => delete resources['RuleMayInvoke'],
      /No AWS::Lambda::Permission lets events.amazonaws.com invoke Annals-Greeter for arn:\S+:rule\/Greetings\/Annals-Rule/,
    ],
    [
      'of the rule to send to the dead-letter queue',
      (resources) => delete resources['DeadLettersPolicy'],
      /No AWS::SQS::QueuePolicy lets events.amazonaws.com send to arn:\S+:Annals-DeadLetters for/,
    ],
    [
      'of another rule to send to the dead-letter queue',
      set('DeadLettersPolicy', {
        PolicyDocument: statement('sqs:SendMessage', get('DeadLetters'), {
          Principal: { Service: 'events.amazonaws.com' },
          Condition: { ArnEquals: { 'aws:SourceArn': 'arn:aws:events:eu-west-1:000000000000:rule/Other' } },
        }),
      }),
      /No AWS::SQS::QueuePolicy/,
    ],
    [
      'of the function to send to its failure destination',
      (resources) => delete resources['GreeterPolicy'],
      /is not authorized to perform: sqs:SendMessage on resource: \S+:Annals-Failures/,
    ],
  ])('%s', async (_, change, message) => {
    await expect(run(change)).rejects.toThrow(message)
  })

  it('and so does a dead-letter queue that is not there', async () => {
    const DeadLetterConfig = { Arn: 'arn:aws:sqs:eu-west-1:000000000000:Other' }
    const change = set('Rule', { Targets: [{ Id: 'Target0', Arn: get('Greeter'), DeadLetterConfig }] })
    await expect(run(change)).rejects.toThrow('The template declares no queue')
  })
})
