import { describe, expect, it } from 'vitest'
import { adminAdd, adminList, adminRemove } from '../../../../infra/cli/ops/admin.ts'
import { openAdminGroup } from '../../../../infra/cli/ops/admin-group.ts'
import {
  client,
  cognito,
  email,
  open,
  poolId,
  region,
  register,
  signIn,
  verify,
  withUserPool,
} from '../../../kit/local-cloud/user-pool.ts'
import { opsSide } from '../../../kit/memory/ops.ts'

withUserPool()

/** The group of the pool that the local Cognito serves. */
async function admins() {
  await open({ groups: [] })
  cognito.createGroup('Admin', { UserPoolId: poolId, GroupName: 'admin' })
  const { hostname, port, protocol } = (await client.config.endpoint?.()) ?? {}
  const credentials = { accessKeyId: 'operator', secretAccessKey: 'any' }
  return openAdminGroup({ endpoint: `${protocol}//${hostname}:${port}`, region, credentials }, poolId)
}

const groups = async () => verify((await signIn()).AccessToken, 'access')['cognito:groups']

describe('the group admin', () => {
  it('gets the person who signed up with an address, is listed, and loses the person', async () => {
    const { run } = opsSide()
    const over = { admins: await admins() }
    const userId = await register()
    expect(await run(adminAdd, [email], {}, over)).toMatchObject({
      json: { address: email, outcome: 'done' },
      text: expect.stringContaining('Sign in again'),
    })
    expect(await groups()).toEqual(['admin'])
    expect(await run(adminList, [], {}, over)).toMatchObject({
      json: [{ email, userId }],
      text: `${email}  ${userId}`,
    })
    expect(await run(adminRemove, [email], {}, over)).toMatchObject({ json: { outcome: 'done' } })
    expect(await groups()).toBeUndefined()
    expect(await run(adminList, [], {}, over)).toMatchObject({
      json: [],
      text: 'Nobody is in the group admin.',
    })
  })

  it.each([adminAdd, adminRemove])('is not changed for an address that nobody has: %o', async (command) => {
    const answer = await opsSide().run(command, ['bob@example.com'], {}, { admins: await admins() })
    expect(answer).toMatchObject({ failed: true, json: { outcome: 'unknown' } })
    expect(answer.text).toContain('Nobody has signed up with bob@example.com')
  })

  it('is not found if the stack does not name its user pool', async () => {
    const group = openAdminGroup({ region }, undefined)
    await expect(opsSide().run(adminAdd, [email], {}, { admins: group })).rejects.toThrow('UserPoolId')
  })

  it('wants one address, and none to be listed', async () => {
    await expect(opsSide().run(adminAdd)).rejects.toThrow('give one ADDRESS')
    await expect(opsSide().run(adminList, [email])).rejects.toThrow('takes no operand')
  })
})
