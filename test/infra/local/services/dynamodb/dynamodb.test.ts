import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DynamoDBClient, GetItemCommand, PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb'
import {
  DynamoDBStreamsClient,
  GetRecordsCommand,
  GetShardIteratorCommand,
} from '@aws-sdk/client-dynamodb-streams'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { AwsError } from '../../../../../infra/local/gateway/aws-service.ts'
import { authorization } from '../../../../../infra/local/gateway/signature-v4.ts'
import { callDynamoDb, dynamoDbTarget } from '../../../../../infra/local/services/dynamodb/client.ts'
import { adviceOn } from '../../../../../infra/local/services/dynamodb/dynoxide-advice.ts'
import { startEngine } from '../../../../../infra/local/services/dynamodb/engine.ts'
import {
  type DynamoDb,
  openDynamoDb,
  startDynamoDb,
} from '../../../../../infra/local/services/dynamodb/service.ts'

const region = 'eu-west-1'
const credentials = { accessKeyId: 'CommandFunction', secretAccessKey: 'secret' }
const quick = { timeout: 10_000, interval: 5 }
let folder: string
let log: ReturnType<typeof vi.fn<(source: string, message: string) => void>>
const closers: (() => unknown)[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'annals-dynamodb-'))
  log = vi.fn()
})

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close()
  rmSync(folder, { recursive: true, maxRetries: 5 })
})

async function start(): Promise<DynamoDb> {
  const db = await startDynamoDb({ dataDir: folder, allowRemote: false, region, log })
  closers.push(() => db.close())
  return db
}

const definition = {
  KeySchema: [
    { AttributeName: 'pk', KeyType: 'HASH' },
    { AttributeName: 'sk', KeyType: 'RANGE' },
  ],
  AttributeDefinitions: [
    { AttributeName: 'pk', AttributeType: 'S' },
    { AttributeName: 'sk', AttributeType: 'N' },
  ],
  BillingMode: 'PAY_PER_REQUEST',
}
const byPlace = {
  IndexName: 'byPlace',
  KeySchema: [{ AttributeName: 'place', KeyType: 'HASH' }],
  Projection: { ProjectionType: 'ALL' },
}
const placed = {
  ...definition,
  AttributeDefinitions: [...definition.AttributeDefinitions, { AttributeName: 'place', AttributeType: 'S' }],
  GlobalSecondaryIndexes: [byPlace],
}

/** Listens on a port like the gateway, with only DynamoDB behind it. */
async function serve(db: DynamoDb): Promise<DynamoDBClient> {
  const { service } = db
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray())
    const [, operation = ''] = String(request.headers['x-amz-target']).split('.')
    try {
      const answer = await service?.handle({ operation, body, headers: request.headers, caller: undefined })
      response.writeHead(answer?.status ?? 404, answer?.headers).end(answer?.body)
    } catch (error) {
      const { code, message, status } =
        error instanceof AwsError ? error : new AwsError('Bug', String(error), 500)
      response.writeHead(status).end(JSON.stringify({ __type: code, message }))
    }
  })
  const endpoint = await listen(server)
  const client = new DynamoDBClient({ endpoint, region, credentials })
  closers.push(() => client.destroy())
  return client
}

async function listen(server: Server): Promise<string> {
  await once(server.listen(0, '127.0.0.1'), 'listening')
  closers.push(async () => {
    server.closeAllConnections()
    await once(server.close(), 'close')
  })
  // A TCP server that is listening has an address of this shape.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** The engine, and the database that it serves, so that tests can examine both. */
async function startSupervised() {
  const engine = await startEngine({ dataDir: folder, allowRemote: false, log })
  closers.push(engine.close)
  return { engine, db: openDynamoDb(engine, region) }
}

function enginePid(): number {
  return Number(readFileSync(join(folder, 'dynamodb.pid'), 'utf8').split('\n')[1])
}

const item = (pk: string, sk: number, more = {}) => ({ pk: { S: pk }, sk: { N: String(sk) }, ...more })

describe('A table of the template', () => {
  test('is named after its logical id, and its ARNs contain the region', async () => {
    const db = await start()
    const table = await db.createTable('EventStore', {
      ...definition,
      StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
    })
    expect(table).toEqual({
      name: 'Annals-EventStore',
      arn: 'arn:aws:dynamodb:eu-west-1:000000000000:table/Annals-EventStore',
      streamArn: expect.stringMatching(
        /^arn:aws:dynamodb:eu-west-1:000000000000:table\/Annals-EventStore\/stream\/./,
      ),
    })
  })

  test('keeps its items and its stream across a restart', async () => {
    const properties = { ...definition, StreamSpecification: { StreamViewType: 'NEW_IMAGE' } }
    const before = await start()
    const table = await before.createTable('EventStore', properties)
    const client = await serve(before)
    await client.send(new PutItemCommand({ TableName: table.name, Item: item('a', 1) }))
    await before.close()
    const after = await start()
    expect(await after.createTable('EventStore', properties)).toEqual(table)
    const reader = await serve(after)
    const { Item } = await reader.send(new GetItemCommand({ TableName: table.name, Key: item('a', 1) }))
    expect(Item).toEqual(item('a', 1))
  })

  test('whose stored keys differ is refused in one line with advice', async () => {
    const db = await start()
    await db.createTable('EventStore', definition)
    const AttributeDefinitions = [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'S' },
    ]
    await expect(db.createTable('EventStore', { ...definition, AttributeDefinitions })).rejects.toThrow(
      /^Table Annals-EventStore exists with other keys .*: delete it .*, or give the table another name$/,
    )
  })

  test('gets and loses an index without losing items', async () => {
    const db = await start()
    const client = await serve(db)
    const { name: TableName } = await db.createTable('ReadModel', definition)
    await client.send(new PutItemCommand({ TableName, Item: item('a', 1, { place: { S: 'x' } }) }))
    const query = new QueryCommand({
      TableName,
      IndexName: 'byPlace',
      KeyConditionExpression: 'place = :x',
      ExpressionAttributeValues: { ':x': { S: 'x' } },
    })
    await db.createTable('ReadModel', placed)
    expect((await client.send(query)).Items).toHaveLength(1)
    await db.createTable('ReadModel', definition)
    await expect(client.send(query)).rejects.toMatchObject({ name: 'ValidationException' })
    const { Item } = await client.send(new GetItemCommand({ TableName, Key: item('a', 1) }))
    expect(Item).toBeDefined()
  })

  test('applies its time to live', async () => {
    const db = await start()
    const status = async () => {
      const input = { TableName: 'Annals-ReadModel' }
      const address = { endpoint: db.endpoint, region }
      const answer = await callDynamoDb(address, `${dynamoDbTarget}.DescribeTimeToLive`, input)
      return answer['TimeToLiveDescription']
    }
    const TimeToLiveSpecification = { Enabled: true, AttributeName: 'expiresAt' }
    await db.createTable('ReadModel', { ...definition, TimeToLiveSpecification })
    expect(await status()).toEqual({ TimeToLiveStatus: 'ENABLED', AttributeName: 'expiresAt' })
    await db.createTable('ReadModel', definition)
    expect(await status()).toMatchObject({ TimeToLiveStatus: 'DISABLED' })
  })

  test.each([
    [{ ...definition, LocalSecondaryIndexes: [] }, 'EventStore.LocalSecondaryIndexes is not modelled'],
    [{ ...definition, BillingMode: 'PROVISIONED' }, 'EventStore.BillingMode is not modelled: PROVISIONED'],
    [
      { ...definition, Replicas: [{ Region: 'a' }, { Region: 'b' }] },
      'EventStore.Replicas is not modelled beyond',
    ],
    [
      { ...definition, Replicas: [{ KinesisStreamSpecification: {} }] },
      'Replicas.KinesisStreamSpecification is not',
    ],
  ])('is refused with the name of an unmodelled property: %#', async (properties, message) => {
    const db = await start()
    await expect(db.createTable('EventStore', properties)).rejects.toThrow(message)
  })
})

describe('A request', () => {
  test("with a character beyond ASCII in an expression is refused in DynamoDB's words, not passed on", async () => {
    const db = await start()
    const client = await serve(db)
    const { name: TableName } = await db.createTable('ReadModel', definition)
    const bad = new GetItemCommand({ TableName, Key: item('a', 1), ProjectionExpression: '😀pk' })
    await expect(client.send(bad)).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining('Invalid ProjectionExpression: Syntax error; token: "😀"'),
    })
    expect(log).not.toHaveBeenCalled()
  })

  test('with such characters in names and values passes', async () => {
    const db = await start()
    const client = await serve(db)
    const { name: TableName } = await db.createTable('ReadModel', definition)
    const Item = item('é€😀', 1, { größe: { S: 'ü' } })
    await client.send(new PutItemCommand({ TableName, Item }))
    const answer = await client.send(
      new GetItemCommand({
        TableName,
        Key: item('é€😀', 1),
        ProjectionExpression: '#g',
        ExpressionAttributeNames: { '#g': 'größe' },
      }),
    )
    expect(answer.Item).toEqual({ größe: { S: 'ü' } })
  })

  test('that writes notifies the listeners, and one that reads does not', async () => {
    const db = await start()
    const client = await serve(db)
    const { name: TableName } = await db.createTable('ReadModel', definition)
    const listener = vi.fn()
    const stop = db.onWrite(listener)
    await client.send(new GetItemCommand({ TableName, Key: item('a', 1) }))
    expect(listener).toHaveBeenCalledTimes(0)
    await client.send(new PutItemCommand({ TableName, Item: item('a', 1) }))
    expect(listener).toHaveBeenCalledTimes(1)
    stop()
    await client.send(new PutItemCommand({ TableName, Item: item('a', 2) }))
    expect(listener).toHaveBeenCalledTimes(1)
  })

  test('is signed as the SDK signs it', async () => {
    const seen: { headers: Record<string, string>; body: Buffer }[] = []
    const server = createServer(async (request, response) => {
      const headers = Object.fromEntries(
        Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
      )
      seen.push({ headers, body: Buffer.concat(await request.toArray()) })
      response.end('{}')
    })
    const account = { ...credentials, sessionToken: 'token' }
    const client = new DynamoDBClient({ endpoint: await listen(server), region, credentials: account })
    closers.push(() => client.destroy())
    await client.send(new PutItemCommand({ TableName: 'Table', Item: item('é', 1) }))
    const { headers = {}, body = Buffer.alloc(0) } = seen[0] ?? {}
    const names = /SignedHeaders=([^,]*)/.exec(headers['authorization'] ?? '')?.[1]?.split(';') ?? []
    const signed = Object.fromEntries(names.map((name) => [name, headers[name] ?? '']))
    expect(names).toContain('x-amz-security-token')
    expect(authorization({ service: 'dynamodb', region, headers: signed, body, credentials: account })).toBe(
      headers['authorization'],
    )
  })
})

describe('The engine', () => {
  test('starts from a file whose stream log is indexed, trimmed and numbered at a fixed length', async () => {
    const db = await start()
    const { name: TableName, streamArn: StreamArn } = await db.createTable('EventStore', {
      ...definition,
      StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
    })
    const client = new DynamoDBStreamsClient({ endpoint: db.endpoint, region, credentials })
    closers.push(() => client.destroy())
    const writer = await serve(db)
    for (let sk = 1; sk <= 11; sk++) await writer.send(new PutItemCommand({ TableName, Item: item('a', sk) }))
    const ShardId = `shardId-00000001-${TableName}`
    const { ShardIterator } = await client.send(
      new GetShardIteratorCommand({ StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON' }),
    )
    const { Records = [] } = await client.send(new GetRecordsCommand({ ShardIterator }))
    const numbers = Records.map((record) => record.dynamodb?.SequenceNumber)
    expect(numbers).toEqual(Array.from({ length: 11 }, (_, index) => String(index + 1).padStart(21, '0')))

    await db.close()
    const bytes = readFileSync(join(folder, 'dynamodb.sqlite'), 'latin1')
    for (const index of ['stream_sequence', 'stream_range', 'stream_age']) {
      expect(bytes).toContain(`CREATE INDEX ${index} `)
    }
    expect(bytes).toContain('CREATE TRIGGER stream_trimming ')
    // The row with the schema version, its key and value together. The statements above were written for that version.
    expect(bytes).toContain('schema_version9')
  })

  test('that aborts is started again on its port with its data', async () => {
    const db = await start()
    const client = await serve(db)
    const { name: TableName } = await db.createTable('ReadModel', definition)
    await client.send(new PutItemCommand({ TableName, Item: item('a', 1) }))
    const bad = { TableName, Key: item('a', 1), ProjectionExpression: '😀pk' }
    const address = { endpoint: db.endpoint, region }
    await expect(callDynamoDb(address, `${dynamoDbTarget}.GetItem`, bad)).rejects.toThrow()
    const { Item } = await client.send(new GetItemCommand({ TableName, Key: item('a', 1) }))
    expect(Item).toEqual(item('a', 1))
    expect(log.mock.calls).toEqual([
      ['dynamodb', expect.stringMatching(/^restarted .*SIGABRT.*char boundary/)],
    ])
  })

  test('comes back however often it is killed, and reports that it is down meanwhile', async () => {
    const { db, engine } = await startSupervised()
    for (let kill = 1; kill <= 7; kill++) {
      process.kill(enginePid(), 'SIGKILL')
      // Between a kill and the next start it is down for a few milliseconds.
      const often = { timeout: 10_000, interval: 1 }
      await vi.waitFor(async () => expect(await engine.problem()).toMatch(/SIGKILL/), often)
      await vi.waitFor(async () => expect(await engine.problem()).toBeUndefined(), quick)
    }
    expect((await db.createTable('EventStore', definition)).name).toBe('Annals-EventStore')
    expect(log.mock.calls.filter(([, line]) => line.startsWith('restarted'))).toHaveLength(7)
  })

  test('with a file that cannot be opened prints advice, keeps the file, and is back once that is done', async () => {
    const { db, engine } = await startSupervised()
    await db.createTable('EventStore', definition)
    const file = join(folder, 'dynamodb.sqlite')
    renameSync(file, `${file}.kept`)
    mkdirSync(file)
    process.kill(enginePid(), 'SIGKILL')
    await vi.waitFor(
      async () => expect(await engine.problem()).toContain(`DynamoDB cannot use ${file}`),
      quick,
    )
    const said = log.mock.calls.map(([, line]) => line).join()
    expect(said).toContain('is down and will be restarted')
    expect(said).not.toContain('move it away')
    rmdirSync(file)
    renameSync(`${file}.kept`, file)
    await vi.waitFor(async () => expect(await engine.problem()).toBeUndefined(), quick)
    const client = await serve(db)
    await client.send(new PutItemCommand({ TableName: 'Annals-EventStore', Item: item('a', 1) }))
  })

  test('listens at an address that no page finds, and hides its data from other users', async () => {
    const db = await start()
    const { hostname, port } = new URL(db.endpoint)
    expect(hostname).toMatch(/^127\./)
    if (process.platform === 'linux') {
      expect(hostname).not.toBe('127.0.0.1')
      await expect(fetch(`http://127.0.0.1:${port}`)).rejects.toThrow('fetch failed')
    }
    expect(statSync(join(folder, 'dynamodb.sqlite')).mode & 0o777).toBe(0o600)
    await db.close()
    chmodSync(join(folder, 'dynamodb.sqlite'), 0o644)
    await start()
    expect(statSync(join(folder, 'dynamodb.sqlite')).mode & 0o777).toBe(0o600)
  })

  test.each([
    ['attempt to write a readonly database', /Make the file .* writable .*The data is kept$/],
    ['unable to open database file: x', /Make the file .* writable .*The data is kept$/],
    ['EACCES: permission denied, open', /Make the file .* writable .*The data is kept$/],
    ['database or disk is full', /The disk is full: free some space on it\. The data is kept$/],
    ['ENOSPC: no space left on device', /The disk is full: free some space on it\. The data is kept$/],
    ['something else', /The file is unchanged$/],
    ['File is not a valid SQLite database', /restore it from a copy, or move it away to start without data$/],
  ])('that complains of "%s" leads to advice that loses no data', (complaint, advice) => {
    const said = adviceOn(join(folder, 'dynamodb.sqlite'), complaint)
    expect(said).toMatch(advice)
    expect(said).toContain(complaint)
    if (!complaint.includes('not a valid')) expect(said).not.toContain('move it away')
  })

  test('dies with its parent, however that ends', async () => {
    const { parent, endpoint } = await startElsewhere()
    parent.kill('SIGKILL')
    await vi.waitFor(() => expect(fetch(endpoint)).rejects.toThrow('fetch failed'), quick)
  })

  test('that outlived its parent is ended before another process opens its file', async () => {
    const binary = createRequire(import.meta.url).resolve(
      `@dynoxide/${process.platform}-${process.arch}/dynoxide`,
    )
    const file = join(folder, 'dynamodb.sqlite')
    const orphan = spawn(binary, ['serve', '--port', '0', '--db-path', file], {
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    closers.push(() => orphan.kill('SIGKILL'))
    if (orphan.stderr) await once(orphan.stderr, 'data')
    const gone = spawn(process.execPath, ['--version'], { stdio: 'ignore' })
    await once(gone, 'exit')
    writeFileSync(join(folder, 'dynamodb.pid'), `${gone.pid}\n${orphan.pid}\n`)
    const [, db] = await Promise.all([once(orphan, 'exit'), start()])
    expect(orphan.signalCode).toBe('SIGKILL')
    expect((await db.createTable('EventStore', definition)).name).toBe('Annals-EventStore')
  })

  test('is not started on a folder that another local cloud uses', async () => {
    const { parent } = await startElsewhere()
    await expect(start()).rejects.toThrow(`${folder} is in use by process ${parent.pid}`)
  })

  test('does not mistake another process with the same number for its own', async () => {
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
    closers.push(() => other.kill('SIGKILL'))
    writeFileSync(join(folder, 'dynamodb.pid'), `${other.pid}\n${other.pid}\n`)
    await start()
    expect(other.exitCode ?? other.signalCode).toBeNull()
  })

  test('with an unreadable file reports that in one line, and leaves nothing behind', async () => {
    writeFileSync(
      join(folder, 'dynamodb.sqlite'),
      'no database, but long enough for one to be read'.repeat(200),
    )
    await expect(start()).rejects.toThrow(
      /^DynamoDB cannot open .*dynamodb\.sqlite: .*not a valid SQLite database; restore it from a copy, or move it away to start without data$/,
    )
    expect(readdirSync(folder)).toEqual(['dynamodb.sqlite'])
  })

  test('that is not installed for this platform reports the package and a way out', async () => {
    const { arch } = process
    Object.defineProperty(process, 'arch', { value: 'sparc' })
    closers.push(() => Object.defineProperty(process, 'arch', { value: arch }))
    await expect(start()).rejects.toThrow(/no package @dynoxide\/\w+-sparc\. Set AWS_ENDPOINT_URL_DYNAMODB/)
  })
})

describe("A DynamoDB of the developer's own", () => {
  test('is used as it is, and no other is started', async () => {
    const own = await start()
    const other = mkdtempSync(join(tmpdir(), 'annals-unused-'))
    closers.push(() => rmSync(other, { recursive: true }))
    const db = await startDynamoDb({
      dataDir: other,
      endpoint: own.endpoint,
      allowRemote: false,
      region,
      log,
    })
    await db.createTable('EventStore', definition)
    const client = await serve(db)
    await client.send(new PutItemCommand({ TableName: 'Annals-EventStore', Item: item('a', 1) }))
    await db.close()
    const reader = await serve(own)
    const { Item } = await reader.send(
      new GetItemCommand({ TableName: 'Annals-EventStore', Key: item('a', 1) }),
    )
    expect(Item).toBeDefined()
    expect(readdirSync(other)).toEqual([])
  })

  test("that keeps a database per access key has its tables under the functions' keys", async () => {
    const keys = new Set<unknown>()
    const server = createServer((request, response) => {
      keys.add(/Credential=([^/]*)/.exec(request.headers.authorization ?? '')?.[1])
      const Table = { TableStatus: 'ACTIVE', TableArn: 'arn', ...definition }
      response.end(JSON.stringify({ Table }))
    })
    const db = await startDynamoDb({
      dataDir: folder,
      endpoint: await listen(server),
      allowRemote: false,
      region,
      log,
    })
    const { name: TableName } = await db.createTable('EventStore', definition)
    const client = new DynamoDBClient({ endpoint: db.endpoint, region, credentials: db.credentials })
    closers.push(() => client.destroy())
    await client.send(new GetItemCommand({ TableName, Key: item('a', 1) }))
    expect(keys).toEqual(new Set([db.credentials.accessKeyId]))
  })

  test('on another machine must be allowed', async () => {
    const endpoint = 'https://dynamodb.eu-west-1.amazonaws.com'
    const starting = startDynamoDb({ dataDir: folder, endpoint, allowRemote: false, region, log })
    await expect(starting).rejects.toThrow(
      `DynamoDB at ${endpoint} is not on this machine: to use it anyway, give --allow-remote`,
    )
    const allowed = await startDynamoDb({ dataDir: folder, endpoint, allowRemote: true, region, log })
    expect(allowed.endpoint).toBe(endpoint)
  })
})

/** Starts DynamoDB on the test's folder in a separate process that never ends by itself. */
async function startElsewhere(): Promise<{ parent: ChildProcess; endpoint: string }> {
  const module = new URL('../../../../../infra/local/services/dynamodb/service.ts', import.meta.url).href
  const program = `
    import { startDynamoDb } from ${JSON.stringify(module)}
    const db = await startDynamoDb({ dataDir: process.argv[1], allowRemote: false, region: 'x', log() {} })
    console.log(db.endpoint)
    setInterval(() => {}, 1000)`
  const parent = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  closers.push(() => parent.kill('SIGKILL'))
  const [line] = await once(parent.stdout, 'data')
  return { parent, endpoint: String(line).trim() }
}
