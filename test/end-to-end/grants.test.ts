import { DeleteItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb'
import { afterEach, describe, expect, inject, it } from 'vitest'
import { type RunningCloud, runLocalCloud, type Template } from '../kit/local-cloud/local-cloud.ts'
import { signUp } from '../kit/people/person.ts'
import { eventStoreTable } from '../kit/stores/event-store-table.ts'

let running: RunningCloud | undefined

afterEach(async () => {
  await running?.close()
  running = undefined
})

const runChanged = async (change: (template: Template) => void): Promise<RunningCloud> => {
  running = await runLocalCloud({}, change)
  return running
}

/** Removes actions from every role of the template. */
function withoutActions(...actions: string[]) {
  return ({ Resources }: Template) => {
    for (const [id, resource] of Object.entries(Resources)) {
      if (resource.Type !== 'AWS::IAM::Policy') continue
      const text = JSON.stringify(resource, (key, value: unknown) => {
        if (key !== 'Action') return value
        const granted = [value].flat()
        const left = granted.filter((action) => !actions.includes(String(action)))
        return left.length === granted.length ? value : left
      })
      Resources[id] = JSON.parse(text)
    }
  }
}

describe('a grant that the template lacks', () => {
  it('fails the call that needs it, and the log names it', async () => {
    const { config, lines } = await runChanged(withoutActions('dynamodb:PutItem'))
    const ann = await signUp(config)
    expect((await ann.command('change-profile', { name: 'Anna' })).status).toBe(500)
    expect(lines.find((line) => line.includes('refused'))).toMatch(
      /^Registration\S* refused: User: arn:aws:sts::000000000000:assumed-role\/\S+ is not authorized to perform: dynamodb:PutItem on resource: arn:aws:dynamodb:\S+ because no identity-based policy allows/,
    )
  })

  it.each([
    ['a stream', 'dynamodb:GetRecords', /arn:aws:dynamodb:\S+\/stream\//],
    ['a queue', 'sqs:ReceiveMessage', /arn:aws:sqs:\S+ProjectorFailures/],
    ['a failure destination', 'sqs:SendMessage', /arn:aws:sqs:\S+Failures/],
  ])('on %s fails the start', async (_, action, resource) => {
    const message = new RegExp(`is not authorized to perform: ${action} on resource: ${resource.source}`)
    await expect(runChanged(withoutActions(action))).rejects.toThrow(message)
  })

  it.each([
    ['the API', 'apigateway.amazonaws.com'],
    ['the user pool', 'cognito-idp.amazonaws.com'],
  ])('for %s to invoke a function fails the start', async (_, service) => {
    const change = ({ Resources }: Template) => {
      for (const [id, { Type, Properties }] of Object.entries(Resources)) {
        if (Type === 'AWS::Lambda::Permission' && Properties['Principal'] === service) delete Resources[id]
      }
    }
    await expect(runChanged(change)).rejects.toThrow(
      `No AWS::Lambda::Permission lets ${service} invoke Annals-`,
    )
  })
})

describe('the event store', () => {
  it('cannot be changed by any function', async () => {
    running = await runLocalCloud()
    const { cloud } = running
    const { client, TableName } = eventStoreTable({
      assembly: inject('assembly'),
      endpoint: cloud.awsUrl,
      region: 'eu-west-1',
    })
    const Key = { pk: { S: 'user-1' }, sk: { N: '1' } }
    await client.send(new PutItemCommand({ TableName, Item: Key }))
    await expect(client.send(new DeleteItemCommand({ TableName, Key }))).rejects.toThrow(
      'is not authorized to perform: dynamodb:DeleteItem',
    )
  })
})

describe('a resource of a type that the local cloud does not model', () => {
  it('is named in the refusal to start', async () => {
    await expect(
      runChanged(({ Resources }) => {
        Resources['Cache'] = { Type: 'AWS::ElastiCache::CacheCluster', Properties: {} }
      }),
    ).rejects.toThrow('Cache: the local cloud does not model AWS::ElastiCache::CacheCluster')
  })
})
