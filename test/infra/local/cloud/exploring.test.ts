import {
  CognitoIdentityProviderClient,
  DescribeUserPoolClientCommand,
  DescribeUserPoolCommand,
  ListGroupsCommand,
  ListUserPoolClientsCommand,
  ListUserPoolsCommand,
  ListUsersCommand,
  type ListUsersCommandInput,
  SignUpCommand,
} from '@aws-sdk/client-cognito-identity-provider'
import {
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  ListTablesCommand,
} from '@aws-sdk/client-dynamodb'
import {
  DescribeStreamCommand,
  DynamoDBStreamsClient,
  ListStreamsCommand,
} from '@aws-sdk/client-dynamodb-streams'
import {
  DescribeEventBusCommand,
  DescribeRuleCommand,
  EventBridgeClient,
  ListEventBusesCommand,
  ListRulesCommand,
  ListTargetsByRuleCommand,
} from '@aws-sdk/client-eventbridge'
import {
  GetAliasCommand,
  GetEventSourceMappingCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  LambdaClient,
  ListAliasesCommand,
  ListEventSourceMappingsCommand,
  ListFunctionsCommand,
  ListVersionsByFunctionCommand,
} from '@aws-sdk/client-lambda'
import {
  GetBucketVersioningCommand,
  ListBucketsCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { ListEmailIdentitiesCommand, SESv2Client } from '@aws-sdk/client-sesv2'
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

const signed = (service: string) => ({
  authorization: `AWS4-HMAC-SHA256 Credential=developer/20260101/eu-west-1/${service}/aws4_request, SignedHeaders=host, Signature=00`,
})
/** A call as the AWS CLI makes it. */
const call = (service: string, body: string, headers: Record<string, string>, path = '/') =>
  fetch(`${running.cloud.awsUrl}${path}`, {
    method: 'POST',
    body,
    headers: { ...signed(service), ...headers },
  })
/** A call of a REST service that only reads. */
const get = async (service: string, path: string) => {
  const answer = await fetch(`${running.cloud.awsUrl}${path}`, { headers: signed(service) })
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
}
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

  it('lists and describes streams', async () => {
    const client = new DynamoDBStreamsClient(settings())
    const { Streams = [] } = await client.send(new ListStreamsCommand({}))
    const declared = declaredOf('AWS::DynamoDB::GlobalTable')
    expect(Streams).toHaveLength(declared.filter((table) => table.Properties['StreamSpecification']).length)
    for (const { StreamArn, TableName } of Streams) {
      expect(StreamArn).toContain(`arn:aws:dynamodb:eu-west-1:000000000000:table/${TableName}/stream/`)
      const { StreamDescription } = await client.send(new DescribeStreamCommand({ StreamArn }))
      expect(StreamDescription).toMatchObject({ StreamArn, TableName })
    }
    const { Streams: ofNone } = await client.send(new ListStreamsCommand({ TableName: 'none' }))
    expect(ofNone).toEqual([])
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

  it('lists the versions and the aliases of a function', async () => {
    const client = new LambdaClient(settings())
    const { Functions = [] } = await client.send(new ListFunctionsCommand({}))
    const [{ FunctionName = '', FunctionArn } = {}] = Functions
    const alias = { AliasArn: `${FunctionArn}:live`, Name: 'live', FunctionVersion: '1' }
    const { Versions = [] } = await client.send(new ListVersionsByFunctionCommand({ FunctionName }))
    expect(Versions.map(({ Version }) => Version)).toEqual(['$LATEST', '1'])
    expect((await client.send(new ListAliasesCommand({ FunctionName }))).Aliases).toEqual([alias])
    expect(await client.send(new GetAliasCommand({ FunctionName, Name: 'live' }))).toMatchObject(alias)
    const live = await client.send(new GetFunctionCommand({ FunctionName, Qualifier: 'live' }))
    expect(live.Configuration).toMatchObject({ FunctionArn: alias.AliasArn, Version: '1' })
    for (const [name, value] of Object.entries({
      Qualifier: 'canary',
      FunctionName: `${FunctionName}:canary`,
    }))
      await expect(
        client.send(new GetFunctionCommand({ FunctionName, [name]: value })),
      ).rejects.toMatchObject({
        name: 'ResourceNotFoundException',
      })
    await expect(client.send(new GetAliasCommand({ FunctionName, Name: 'canary' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    })
  })

  it('lists and describes event source mappings', async () => {
    const client = new LambdaClient(settings())
    const { EventSourceMappings = [] } = await client.send(new ListEventSourceMappingsCommand({}))
    expect(EventSourceMappings).toHaveLength(declaredOf('AWS::Lambda::EventSourceMapping').length)
    for (const mapping of EventSourceMappings) {
      const { UUID, FunctionArn = '', EventSourceArn } = mapping
      expect(mapping).toMatchObject({ State: 'Enabled', BatchSize: expect.any(Number) })
      const { $metadata: _, ...described } = await client.send(new GetEventSourceMappingCommand({ UUID }))
      expect(described).toEqual(mapping)
      const FunctionName = FunctionArn.replace(/^.*:function:/, '')
      const ofFunction = await client.send(
        new ListEventSourceMappingsCommand({ FunctionName, EventSourceArn }),
      )
      expect(ofFunction.EventSourceMappings).toEqual([mapping])
    }
    await expect(client.send(new GetEventSourceMappingCommand({ UUID: 'none' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    })
  })

  it('lists and describes buses', async () => {
    const client = new EventBridgeClient(settings())
    const { EventBuses = [] } = await client.send(new ListEventBusesCommand({}))
    expect(EventBuses).toHaveLength(1 + declaredOf('AWS::Events::EventBus').length)
    for (const { Name, Arn } of EventBuses)
      expect(await client.send(new DescribeEventBusCommand({ Name }))).toMatchObject({ Name, Arn })
    const { EventBuses: named } = await client.send(new ListEventBusesCommand({ NamePrefix: 'defa' }))
    expect(named).toEqual([EventBuses[0]])
    await expect(client.send(new DescribeEventBusCommand({ Name: 'none' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    })
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

  it('lists and describes schedules', async () => {
    const { body } = await get('scheduler', '/schedules')
    const schedules = body['Schedules'] as { Name: string; Arn: string; Target: { Arn: string } }[]
    expect(schedules).toHaveLength(declaredOf('AWS::Scheduler::Schedule').length)
    for (const { Name, Arn, Target } of schedules) {
      expect(Target.Arn).toMatch(/^arn:aws:lambda:/)
      expect((await get('scheduler', `/schedules/${Name}?groupName=default`)).body).toMatchObject({
        Name,
        Arn,
        ScheduleExpression: expect.any(String),
        Target: { RoleArn: expect.any(String) },
      })
    }
    const [{ Name = '' } = {}] = schedules
    const names = async (query: string) =>
      ((await get('scheduler', `/schedules?${query}`)).body['Schedules'] as object[]).length
    expect(await names(`NamePrefix=${Name}`)).toBe(1)
    expect([await names('State=DISABLED'), await names('ScheduleGroup=none')]).toEqual([0, 0])
    expect((await get('scheduler', '/schedule-groups')).body['ScheduleGroups']).toHaveLength(1)
    expect((await get('scheduler', '/schedules/none')).status).toBe(404)
    expect((await get('scheduler', `/schedules/${Name}?groupName=none`)).status).toBe(404)
    expect((await get('scheduler', '/schedules/%zz')).status).toBe(404)
  })

  it('lists and describes the user pool and the people in it', async () => {
    const client = new CognitoIdentityProviderClient(settings())
    const { UserPools = [] } = await client.send(new ListUserPoolsCommand({ MaxResults: 10 }))
    expect(UserPools).toHaveLength(declaredOf('AWS::Cognito::UserPool').length)
    const [{ Id: UserPoolId = '', Name } = {}] = UserPools
    const { UserPool } = await client.send(new DescribeUserPoolCommand({ UserPoolId }))
    expect(UserPool).toMatchObject({ Id: UserPoolId, Name, UsernameAttributes: ['email'] })
    const { UserPoolClients = [] } = await client.send(new ListUserPoolClientsCommand({ UserPoolId }))
    expect(UserPoolClients).toHaveLength(declaredOf('AWS::Cognito::UserPoolClient').length)
    const [{ ClientId = '' } = {}] = UserPoolClients
    const { UserPoolClient } = await client.send(new DescribeUserPoolClientCommand({ UserPoolId, ClientId }))
    expect(UserPoolClient).toMatchObject({ ClientId, UserPoolId })
    const { Groups } = await client.send(new ListGroupsCommand({ UserPoolId }))
    expect(Groups).toHaveLength(declaredOf('AWS::Cognito::UserPoolGroup').length)

    const emails = ['ann@example.com', 'anna@example.com', 'ben@example.com']
    for (const Username of emails)
      await client.send(new SignUpCommand({ ClientId, Username, Password: 'Secret-123' }))
    const users = async (o: Omit<ListUsersCommandInput, 'UserPoolId'>) => {
      const { Users = [], PaginationToken } = await client.send(new ListUsersCommand({ UserPoolId, ...o }))
      const found = Users.map(({ Attributes = [] }) => Attributes.find((one) => one.Name === 'email')?.Value)
      return { found, PaginationToken }
    }
    expect((await users({})).found).toEqual(emails)
    expect((await users({ Filter: 'email = "ann@example.com"' })).found).toEqual(emails.slice(0, 1))
    expect((await users({ Filter: 'email ^= "ann"' })).found).toEqual(emails.slice(0, 2))
    expect((await users({ Filter: '"cognito:user_status" = "CONFIRMED"' })).found).toEqual([])
    const { found, PaginationToken } = await users({ Limit: 2 })
    expect(found).toEqual(emails.slice(0, 2))
    expect(await users({ Limit: 2, PaginationToken })).toEqual({ found: emails.slice(2) })
    await expect(users({ Filter: 'email' })).rejects.toMatchObject({ name: 'InvalidParameterException' })
    await expect(client.send(new ListGroupsCommand({ UserPoolId: 'none' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    })
  })

  it('lists the identities that mail comes from', async () => {
    const { EmailIdentities = [] } = await new SESv2Client(settings()).send(
      new ListEmailIdentitiesCommand({}),
    )
    expect(EmailIdentities).toMatchObject([{ IdentityName: expect.any(String), SendingEnabled: true }])
    const older = await get('ses', '/v2/email/identities')
    expect(older.body['EmailIdentities']).toEqual(EmailIdentities)
  })

  const hasBucket = declaredOf('AWS::S3::Bucket').length > 0
  it.runIf(hasBucket)(
    'sees which versions of objects a bucket keeps, with any characters in their keys',
    async () => {
      const client = new S3Client({ ...settings(), forcePathStyle: true })
      const [{ Name: Bucket } = {}] = (await client.send(new ListBucketsCommand({}))).Buckets ?? []
      expect((await client.send(new GetBucketVersioningCommand({ Bucket }))).Status).toBe('Enabled')
      const Key = 'explored/a b+c&ü/\u0001'
      await client.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }))
      const listed = await client.send(
        new ListObjectVersionsCommand({ Bucket, Prefix: 'explored/', EncodingType: 'url' }),
      )
      expect(listed.EncodingType).toBe('url')
      expect(listed.Versions?.map((one) => decodeURIComponent(one.Key ?? ''))).toEqual([Key])
    },
  )

  it.each([
    ['DynamoDB_20120810.ListTables', '{', 400],
    ['DynamoDB_20120810.GetItem', 'null', 400],
    ['DynamoDBStreams_20120810.DescribeStream', '[]', 400],
    ['AmazonSQS.ReceiveMessage', '{', 400],
    ['AWSEvents.PutEvents', 'null', 400],
    ['AWSStepFunctions.StartExecution', '{', 400],
    ['AWSCognitoIdentityProviderService.SignUp', 'null', 400],
    ['AWSCognitoIdentityProviderService.AdminGetUser', '{', 400],
    ['AWSCognitoIdentityProviderService.ListUsers', 'null', 400],
    ['AWSEvents.DescribeEventBus', '{', 400],
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
    const ofDeveloper = [
      'DynamoDB_20120810.ListTables',
      'DynamoDBStreams_20120810.ListStreams',
      'AWSEvents.ListEventBuses',
      'AWSCognitoIdentityProviderService.ListUserPools',
    ]
    for (const target of ofDeveloper)
      expect(await (await post(target, origin)).json()).toHaveProperty('__type', 'AccessDeniedException')
    for (const url of [running.cloud.awsUrl, `${running.cloud.awsUrl}/_local/mail`, running.cloud.apiUrl])
      expect((await fetch(url, { headers: { origin: 'https://elsewhere.example.com' } })).status).toBe(403)
  })
})
