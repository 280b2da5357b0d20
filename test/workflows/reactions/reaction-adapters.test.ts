import { createHash } from 'node:crypto'
import type { SQSRecord } from 'aws-lambda'
import { describe, expect, it } from 'vitest'
import { Postponed } from '../../../workflows/reactions/postponed.ts'
import { createSecret } from '../../../workflows/reactions/secrets-manager-secret.ts'
import { createSesMailer } from '../../../workflows/reactions/ses-mailer.ts'
import { createSqsPostponing } from '../../../workflows/reactions/sqs-postponing.ts'
import { createCognitoSignIns } from '../../../workflows/user/cognito-sign-ins.ts'
import { manualClock } from '../../kit/clocks/manual-clock.ts'
import { awsServer, json } from '../../kit/local-cloud/aws-server.ts'
import { ample } from '../../kit/memory/read-side.ts'

const md5 = (text: string) => createHash('md5').update(text).digest('hex')

describe('mail by SES', () => {
  const mail = { to: 'ann@example.com', subject: 'Öffnung', text: 'Hello Ann', eventId: 'user-a.b/1' }
  const send = async (answer: Parameters<typeof awsServer>[0], deadline = ample) => {
    const { config, requests } = await awsServer(answer)
    const { maxAttempts: _, ...ofTheServer } = config
    return { requests, done: createSesMailer('annals@example.com', ofTheServer).send(mail, deadline) }
  }

  it("is plain text, and carries the event's id in a header and in a tag that SES accepts", async () => {
    const { requests, done } = await send(json({ MessageId: 'm' }))
    await done
    expect(requests[0]?.url).toBe('/v2/email/outbound-emails')
    expect(JSON.parse(requests[0]?.body ?? '')).toEqual({
      FromEmailAddress: 'annals@example.com',
      Destination: { ToAddresses: ['ann@example.com'] },
      Content: {
        Simple: {
          Subject: { Data: 'Öffnung', Charset: 'UTF-8' },
          Body: { Text: { Data: 'Hello Ann', Charset: 'UTF-8' } },
          Headers: [{ Name: 'X-Annals-Event', Value: 'user-a.b/1' }],
        },
      },
      EmailTags: [{ Name: 'event', Value: 'user-a_b_1' }],
    })
  })

  it.each([
    'TooManyRequestsException',
    'ThrottlingException',
    'LimitExceededException',
  ])('is postponed, after one attempt, if SES answers %s', async (code) => {
    const { requests, done } = await send(json({ message: 'Slow' }, 429, { 'x-amzn-errortype': code }))
    await expect(done).rejects.toBeInstanceOf(Postponed)
    expect(requests).toHaveLength(1)
  })

  it.each([
    ['meets a 500', json({ message: 'Oops' }, 500, { 'x-amzn-errortype': 'InternalServiceErrorException' })],
  ])('fails temporarily if it %s, after one attempt', async (_, answer) => {
    const { requests, done } = await send(answer)
    await expect(done).rejects.toMatchObject({ code: 'unavailable' })
    expect(requests).toHaveLength(1)
  })

  it('fails temporarily if SES does not answer in time', async () => {
    const { done } = await send(() => {}, { left: () => 50 })
    await expect(done).rejects.toMatchObject({ code: 'unavailable' })
  })

  it('fails permanently if SES rejects it', async () => {
    const { done } = await send(json({ message: 'No' }, 400, { 'x-amzn-errortype': 'MessageRejected' }))
    await expect(done).rejects.toMatchObject({ name: 'MessageRejected' })
  })
})

describe('a postponed message', () => {
  it('is sent to its queue again with a delay, and counts how often that happened', async () => {
    const { config, requests } = await awsServer(json({ MessageId: 'm', MD5OfMessageBody: md5('event') }))
    const record = { body: 'event' } as SQSRecord // the field that is read
    await createSqsPostponing('https://queue', config)(record, 20, 3)
    expect(requests).toMatchObject([{ target: 'AmazonSQS.SendMessage' }])
    expect(JSON.parse(requests[0]?.body ?? '')).toEqual({
      QueueUrl: 'https://queue',
      MessageBody: 'event',
      DelaySeconds: 20,
      MessageAttributes: { postponed: { DataType: 'Number', StringValue: '3' } },
    })
  })
})

describe('the sign-ins of a user pool', () => {
  const remove = async (answer: Parameters<typeof awsServer>[0], deadline = ample) => {
    const { config, requests } = await awsServer(answer)
    return { requests, done: createCognitoSignIns('pool', config).delete('ann', deadline) }
  }

  it('are deleted by the id of the person', async () => {
    const { requests, done } = await remove(json({}))
    expect(await done).toBe('deleted')
    expect(requests).toMatchObject([{ target: 'AWSCognitoIdentityProviderService.AdminDeleteUser' }])
    expect(JSON.parse(requests[0]?.body ?? '')).toEqual({ UserPoolId: 'pool', Username: 'ann' })
  })

  it('may already be deleted', async () => {
    const { done } = await remove(json({ __type: 'UserNotFoundException', message: 'No such user' }, 400))
    expect(await done).toBe('gone')
  })

  it.each([
    ['unavailable', 'is throttled', json({ __type: 'TooManyRequestsException', message: 'Slow' }, 400)],
    ['unavailable', 'does not answer', () => {}],
  ])('are %s if Cognito %s', async (code, _, answer) => {
    const { done } = await remove(answer, { left: () => 200 })
    await expect(done).rejects.toMatchObject({ code })
  })

  it('fail if their deletion is not allowed', async () => {
    const { done } = await remove(json({ __type: 'NotAuthorizedException', message: 'No' }, 400))
    await expect(done).rejects.toMatchObject({ name: 'NotAuthorizedException' })
  })
})

describe('a secret of Secrets Manager', () => {
  const open = async (answer: Parameters<typeof awsServer>[0]) => {
    const { config, requests } = await awsServer(answer)
    const clock = manualClock()
    return { secret: createSecret('arn', clock, config), clock, requests }
  }

  it('is read by its ARN, and again after a minute', async () => {
    const { secret, clock, requests } = await open(json({ SecretString: 'k3y' }))
    expect(await secret.value(ample)).toBe('k3y')
    await clock.sleep(59_999)
    await secret.value(ample)
    expect(requests).toMatchObject([{ target: 'secretsmanager.GetSecretValue', body: '{"SecretId":"arn"}' }])
    await clock.sleep(1)
    await secret.value(ample)
    expect(requests).toHaveLength(2)
  })

  it('is unavailable if the service does not answer, and a missing value is final', async () => {
    const broken = await open(json({ __type: 'InternalServiceError' }, 500))
    await expect(broken.secret.value(ample)).rejects.toMatchObject({ code: 'unavailable' })
    const missing = await open(json({ __type: 'ResourceNotFoundException', message: 'No value' }, 400))
    await expect(missing.secret.value(ample)).rejects.toMatchObject({ name: 'ResourceNotFoundException' })
  })

  it('that is not a text is refused', async () => {
    const { secret } = await open(json({ SecretBinary: 'azN5' }))
    await expect(secret.value(ample)).rejects.toThrow('The secret arn is not a text.')
  })
})
