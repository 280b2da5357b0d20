import type { ServerResponse } from 'node:http'
import { describe, expect, it } from 'vitest'
import { createCognitoDirectory } from '../../../commands/registration/cognito-directory.ts'
import { createLambdaRegistration } from '../../../commands/registration/lambda-registration.ts'
import { awsServer, json } from '../../kit/local-cloud/aws-server.ts'
import { ample } from '../../kit/memory/read-side.ts'

describe('the registration function, invoked', () => {
  const request = { userId: 'ann', correlationId: 'correlation', deadline: ample }
  const register = async (answer: (response: ServerResponse) => void, deadline = ample) => {
    const { config, requests } = await awsServer(answer)
    return {
      requests,
      done: createLambdaRegistration('Registration', 'pool', config)({ ...request, deadline }),
    }
  }

  it('is told the user to register and the user pool', async () => {
    const { requests, done } = await register(json({ registered: true }))
    await done
    expect(requests[0]?.url).toContain('/functions/Registration/invocations')
    expect(JSON.parse(requests[0]?.body ?? '')).toEqual({
      userPoolId: 'pool',
      userId: 'ann',
      correlationId: 'correlation',
    })
  })

  it('returns a problem, which is thrown', async () => {
    const problem = { code: 'taken', detail: 'Taken.', rule: 'email-taken' }
    const { done } = await register(json({ problem }))
    await expect(done).rejects.toMatchObject({ code: 'taken', rule: 'email-taken', message: 'Taken.' })
  })

  it.each([
    ['fails', json({ errorMessage: 'Task timed out' }, 200, { 'x-amz-function-error': 'Unhandled' })],
    [
      'is throttled',
      json({ message: 'Rate exceeded' }, 429, { 'x-amzn-errortype': 'TooManyRequestsException' }),
    ],
    ['meets a 500', json({ message: 'Oops' }, 500, { 'x-amzn-errortype': 'ServiceException' })],
  ])('fails temporarily if it %s', async (_, answer) => {
    const { done } = await register(answer)
    await expect(done).rejects.toMatchObject({ code: 'unavailable', retryAfterSeconds: 1 })
  })

  it('fails temporarily if it does not answer in time', async () => {
    const { done } = await register(() => {}, { left: () => 50 })
    await expect(done).rejects.toMatchObject({ code: 'unavailable' })
  })

  it('fails permanently if its invocation is not allowed', async () => {
    const { done } = await register(
      json({ message: 'not authorized' }, 403, { 'x-amzn-errortype': 'AccessDeniedException' }),
    )
    await expect(done).rejects.toMatchObject({ name: 'AccessDeniedException' })
  })
})

describe('the directory of a user pool', () => {
  const find = async (answer: (response: ServerResponse) => void, deadline = ample) => {
    const { config, requests } = await awsServer(answer)
    return { requests, person: createCognitoDirectory(config).find('pool', 'ann', deadline) }
  }
  const attributes = (values: Record<string, string>) =>
    json({
      Username: 'ann',
      UserAttributes: Object.entries(values).map(([Name, Value]) => ({ Name, Value })),
    })

  it('finds a person by their id', async () => {
    const { requests, person } = await find(
      attributes({ sub: 'ann', email: 'ann@example.com', name: 'Ann', email_verified: 'true' }),
    )
    expect(await person).toEqual({ email: 'ann@example.com', name: 'Ann', emailVerified: true })
    expect(requests).toMatchObject([{ target: 'AWSCognitoIdentityProviderService.AdminGetUser' }])
    expect(JSON.parse(requests[0]?.body ?? '')).toEqual({ UserPoolId: 'pool', Username: 'ann' })
  })

  it('knows that an address was changed and not confirmed', async () => {
    const { person } = await find(attributes({ sub: 'ann', email: 'x@example.com', email_verified: 'false' }))
    expect(await person).toMatchObject({ emailVerified: false })
  })

  it('never mistakes another user for the person', async () => {
    const { person } = await find(attributes({ sub: 'bob', email: 'bob@example.com' }))
    expect(await person).toBeUndefined()
  })

  it('returns undefined if there is no such user', async () => {
    const { person } = await find(
      json({ __type: 'UserNotFoundException', message: 'User does not exist.' }, 400),
    )
    expect(await person).toBeUndefined()
  })

  it('fails temporarily if it is throttled or does not answer', async () => {
    const throttled = await find(json({ __type: 'TooManyRequestsException', message: 'Slow down' }, 400))
    await expect(throttled.person).rejects.toMatchObject({ code: 'unavailable' })
    const silent = await find(() => {}, { left: () => 50 })
    await expect(silent.person).rejects.toMatchObject({ code: 'unavailable' })
  })

  it('fails permanently if reading it is not allowed', async () => {
    const { person } = await find(json({ __type: 'NotAuthorizedException', message: 'No' }, 400))
    await expect(person).rejects.toMatchObject({ name: 'NotAuthorizedException' })
  })
})
