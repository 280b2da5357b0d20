import {
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  ListTablesCommand,
} from '@aws-sdk/client-dynamodb'
import {
  DescribeRuleCommand,
  EventBridgeClient,
  ListRulesCommand,
  ListTargetsByRuleCommand,
} from '@aws-sdk/client-eventbridge'
import {
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  LambdaClient,
  ListFunctionsCommand,
} from '@aws-sdk/client-lambda'
import { DescribeStateMachineCommand, ListStateMachinesCommand, SFNClient } from '@aws-sdk/client-sfn'
import {
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { declaredOf } from '../../../kit/local-cloud/declared-resources.ts'
import { type RunningCloud, runLocalCloud } from '../../../kit/local-cloud/local-cloud.ts'

let running: RunningCloud
const settings = () => ({
  endpoint: running.cloud.awsUrl,
  region: 'eu-west-1',
  credentials: { accessKeyId: 'developer', secretAccessKey: 'any' },
  maxAttempts: 1,
})

beforeAll(async () => {
  running = await runLocalCloud()
})
afterAll(() => running.close())

/** A call as the AWS CLI makes it. */
const call = (service: string, body: string, headers: Record<string, string>, path = '/') =>
  fetch(`${running.cloud.awsUrl}${path}`, {
    method: 'POST',
    body,
    headers: {
      authorization: `AWS4-HMAC-SHA256 Credential=developer/20260101/eu-west-1/${service}/aws4_request, SignedHeaders=host, Signature=00`,
      ...headers,
    },
  })
const form = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }

describe('a developer who explores the local cloud', () => {
  it('gets their identity, in the XML of the query protocol', async () => {
    const answer = await call('sts', 'Action=GetCallerIdentity&Version=2011-06-15', form)
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/xml'])
    expect(await answer.text()).toMatch(
      /^<GetCallerIdentityResponse xmlns=".*"><GetCallerIdentityResult><Arn>arn:aws:iam::000000000000:user\/developer<\/Arn><UserId>.*<\/UserId><Account>000000000000<\/Account><\/GetCallerIdentityResult>/,
    )
  })

  it('gets a refusal of other calls of the query protocol in its XML, with advice', async () => {
    for (const service of ['sts', 'iam']) {
      const answer = await call(service, 'Action=GetUser&Version=2010-05-08', form)
      expect(answer.status).toBe(400)
      expect(await answer.text()).toMatch(
        /^<ErrorResponse><Error><Type>Sender<\/Type><Code>UnknownOperationException<\/Code><Message>.*GetUser is not modelled by the local cloud: use what docs\/local-cloud.md lists/,
      )
    }
  })

  it('lists and describes tables', async () => {
    const client = new DynamoDBClient(settings())
    const { TableNames = [] } = await client.send(new ListTablesCommand({}))
    expect(TableNames).toHaveLength(declaredOf('AWS::DynamoDB::GlobalTable').length)
    for (const TableName of TableNames) {
      const { Table } = await client.send(new DescribeTableCommand({ TableName }))
      expect(Table).toMatchObject({
        TableName,
        TableStatus: 'ACTIVE',
        TableArn: `arn:aws:dynamodb:eu-west-1:000000000000:table/${TableName}`,
      })
      await client.send(new DescribeTimeToLiveCommand({ TableName }))
    }
  })

  it('lists and describes queues', async () => {
    const client = new SQSClient(settings())
    const { QueueUrls = [] } = await client.send(new ListQueuesCommand({}))
    expect(QueueUrls).toHaveLength(declaredOf('AWS::SQS::Queue').length)
    const [QueueUrl = ''] = QueueUrls
    const QueueName = QueueUrl.slice(QueueUrl.lastIndexOf('/') + 1)
    expect((await client.send(new GetQueueUrlCommand({ QueueName }))).QueueUrl).toBe(QueueUrl)
    const { Attributes } = await client.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }),
    )
    expect(Attributes).toMatchObject({ VisibilityTimeout: expect.any(String), QueueArn: expect.any(String) })
    await expect(client.send(new GetQueueUrlCommand({ QueueName: 'none' }))).rejects.toMatchObject({
      name: 'QueueDoesNotExist',
    })
  })

  it('lists and describes functions, and may check whether an invocation would be allowed', async () => {
    const client = new LambdaClient(settings())
    const { Functions = [] } = await client.send(new ListFunctionsCommand({}))
    expect(Functions).toHaveLength(declaredOf('AWS::Lambda::Function').length)
    const [{ FunctionName = '' } = {}] = Functions
    const { Configuration } = await client.send(new GetFunctionCommand({ FunctionName }))
    expect(Configuration).toEqual(Functions[0])
    expect(await client.send(new GetFunctionConfigurationCommand({ FunctionName }))).toMatchObject({
      FunctionName,
    })
    const lines = running.lines.length
    const { StatusCode } = await client.send(new InvokeCommand({ FunctionName, InvocationType: 'DryRun' }))
    expect([StatusCode, running.lines.length]).toEqual([204, lines])
    await expect(client.send(new GetFunctionCommand({ FunctionName: 'none' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    })
    const malformed = await call('lambda', '{', {}, `/2015-03-31/functions/${FunctionName}/invocations`)
    expect([malformed.status, malformed.headers.get('x-amzn-errortype')]).toEqual([
      400,
      'InvalidRequestContentException',
    ])
    expect((await call('lambda', '{}', {}, '/2015-03-31/functions/%zz/invocations')).status).toBe(404)
  })

  it('lists and describes rules and their targets', async () => {
    const client = new EventBridgeClient(settings())
    const [declared] = declaredOf('AWS::Events::EventBus')
    const EventBusName = String(declared?.Properties['Name'] ?? `Annals-${declared?.logicalId}`)
    const { Rules = [] } = await client.send(new ListRulesCommand({ EventBusName }))
    expect(Rules.length).toBeGreaterThan(0)
    for (const { Name, EventPattern } of Rules) {
      expect(await client.send(new DescribeRuleCommand({ Name, EventBusName }))).toMatchObject({
        EventPattern,
      })
      const { Targets = [] } = await client.send(new ListTargetsByRuleCommand({ Rule: Name, EventBusName }))
      expect(Targets.length).toBeGreaterThan(0)
    }
    await expect(client.send(new DescribeRuleCommand({ Name: 'none' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    })
  })

  it('lists and describes state machines', async () => {
    const client = new SFNClient(settings())
    const { stateMachines = [] } = await client.send(new ListStateMachinesCommand({}))
    expect(stateMachines).toHaveLength(declaredOf('AWS::StepFunctions::StateMachine').length)
    for (const { stateMachineArn } of stateMachines) {
      const { definition = '' } = await client.send(new DescribeStateMachineCommand({ stateMachineArn }))
      expect(JSON.parse(definition)).toHaveProperty('StartAt')
    }
  })

  it.each([
    ['DynamoDB_20120810.ListTables', '{', 400],
    ['DynamoDB_20120810.GetItem', 'null', 400],
    ['DynamoDBStreams_20120810.DescribeStream', '[]', 400],
    ['AmazonSQS.ReceiveMessage', '{', 400],
    ['AWSEvents.PutEvents', 'null', 400],
    ['AWSStepFunctions.StartExecution', '{', 400],
    ['AWSCognitoIdentityProviderService.SignUp', 'null', 400],
    ['AWSCognitoIdentityProviderService.AdminGetUser', '{', 400],
  ])('gets an error for a malformed body, with no stack in the log: %s %s', async (target, body, status) => {
    const lines = running.lines.length
    const answer = await fetch(running.cloud.awsUrl, {
      method: 'POST',
      headers: { 'x-amz-target': target },
      body,
    })
    expect(answer.status).toBe(status)
    expect(running.lines.slice(lines).filter((line) => line.startsWith('gateway failed'))).toEqual([])
  })
})

describe('a web page', () => {
  it('of the API may call Cognito, and no page may act as the developer', async () => {
    const { port } = new URL(running.cloud.apiUrl)
    const origin = `http://localhost:${port}`
    const post = (target: string, from: string) =>
      fetch(running.cloud.awsUrl, {
        method: 'POST',
        headers: { origin: from, 'x-amz-target': target },
        body: '{}',
      })
    const cognito = await post('AWSCognitoIdentityProviderService.InitiateAuth', origin)
    expect([cognito.status, cognito.headers.get('access-control-allow-origin')]).toEqual([400, origin])
    expect(await cognito.json()).toHaveProperty('__type', 'InvalidParameterException')
    expect(await (await post('DynamoDB_20120810.ListTables', origin)).json()).toHaveProperty(
      '__type',
      'AccessDeniedException',
    )
    for (const url of [running.cloud.awsUrl, `${running.cloud.awsUrl}/_local/mail`, running.cloud.apiUrl])
      expect((await fetch(url, { headers: { origin: 'https://elsewhere.example.com' } })).status).toBe(403)
  })
})
