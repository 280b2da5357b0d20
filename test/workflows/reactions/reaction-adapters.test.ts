import { describe, expect, it } from 'vitest'
import { createSesMailer } from '../../../workflows/reactions/ses-mailer.ts'
import { createCognitoSignIns } from '../../../workflows/user/cognito-sign-ins.ts'
import { awsServer, json } from '../../kit/local-cloud/aws-server.ts'
import { ample } from '../../kit/memory/read-side.ts'

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
    ['is throttled', json({ message: 'Slow' }, 429, { 'x-amzn-errortype': 'TooManyRequestsException' })],
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
