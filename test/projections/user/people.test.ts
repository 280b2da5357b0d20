import { describe, expect, it } from 'vitest'
import { backend } from '../../kit/memory/backend.ts'

const problem = (code: string) => ({ type: `urn:annals:problem:${code}` })

describe('a person', () => {
  it('is registered by their first command if the trigger did not run', async () => {
    const { signUp, command, lookUps } = backend()
    signUp('ann')
    expect(await command('ann', 'change-profile', { name: 'Annie' })).toMatchObject({ status: 200 })
    expect(lookUps).toEqual(['ann'])
  })

  it('is registered by their first query if the trigger did not run', async () => {
    const { signUp, query, lookUps } = backend()
    signUp('ann')
    expect(await query('ann', '/me')).toMatchObject({
      status: 200,
      body: { id: 'ann', version: 1, email: 'ann@example.com', name: 'ann' },
    })
    expect(lookUps).toEqual(['ann'])
  })

  it('gets the problem that prevents their registration', async () => {
    const { signUp, confirm, command, query } = backend()
    await confirm('bob', { email: 'same@example.com' })
    signUp('ann', { email: 'same@example.com' })
    expect(await query('ann', '/me')).toMatchObject({ status: 409, body: problem('email-taken') })
    expect(await command('ann', 'change-profile', { name: 'Ann' })).toMatchObject({ status: 409 })
    expect(await query('nobody', '/me')).toMatchObject({ status: 401 })
  })

  it('can read their own new name', async () => {
    const { confirm, command, query } = backend()
    await confirm('ann')
    await query('ann', '/me')
    const { body, headers } = await command('ann', 'change-profile', { name: 'Annie' })
    expect(body).toMatchObject({ id: 'ann', stream: 'user-ann', version: 2 })
    expect(headers).toMatchObject({ etag: '"2"' })
    const me = await query('ann', '/me', body['position'])
    expect(me).toMatchObject({ body: { name: 'Annie', version: 2 } })
    expect(me.body['createdAt']).toMatch(/^\d{4}-.*\.\d{3}Z$/)
  })
})

describe('a deleted account', () => {
  const deleted = async () => {
    const all = backend()
    await all.confirm('ann')
    await all.query('ann', '/me')
    const answer = await all.command('ann', 'delete-account', {}, { 'idempotency-key': 'key' })
    return { ...all, answer, position: answer.body['position'] }
  }

  it('is answered to the command, with an event that contains nothing personal', async () => {
    const { answer, table } = await deleted()
    expect(answer).toMatchObject({ status: 200, body: { events: [{ type: 'UserDeleted', version: 2 }] } })
    expect(JSON.parse(table.all().at(-1)?.events ?? '')).toEqual([
      { type: 'UserDeleted', schema: 1, data: {} },
    ])
  })

  it('can do nothing more, in this environment and in another', async () => {
    const { command, restart } = await deleted()
    for (const _ of ['this', 'another']) {
      expect(await command('ann', 'change-profile', { name: 'Annie' })).toMatchObject({
        status: 403,
        body: problem('account-deleted'),
      })
      expect(await command('ann', 'delete-account', {}, { 'idempotency-key': 'new' })).toMatchObject({
        status: 403,
      })
      restart()
    }
  })

  it('gets the first answer for a repeated deletion, in this environment and in another', async () => {
    const { command, restart, answer } = await deleted()
    for (const _ of ['this', 'another']) {
      const again = await command('ann', 'delete-account', {}, { 'idempotency-key': 'key' })
      expect(again).toMatchObject({ status: 200, body: answer.body })
      restart()
    }
  })

  it("can read nothing as soon as a request carries the deletion's position, and after 5 s in any case", async () => {
    const { query, position, clock } = await deleted()
    expect(await query('ann', '/me', position)).toMatchObject({
      status: 403,
      body: problem('account-deleted'),
    })
    expect(await query('ann', '/me')).toMatchObject({ status: 403 })
    await clock.sleep(5_001)
    expect(await query('ann', '/me')).toMatchObject({ status: 403 })
  })

  it('frees its address for the next person who signs up with it', async () => {
    const { confirm, query } = await deleted()
    await confirm('ann-again', { email: 'Ann@Example.com' })
    expect(await query('ann-again', '/me')).toMatchObject({ body: { email: 'Ann@Example.com' } })
  })
})
