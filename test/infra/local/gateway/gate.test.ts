import { createServer, request as httpRequest } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { behindGate, createOrigins, isFromPage } from '../../../../infra/local/gateway/gate.ts'

/**
 * A server behind the gate, whose API listens on `apiPort`, and a function that sends it a request with
 * these headers.
 */
async function behind(apiPort = 3000, ...listed: string[]) {
  const origins = createOrigins()
  origins.addPort(apiPort)
  listed.forEach(origins.addListed)
  const server = createServer(behindGate({ origins }, (_, response) => response.end('passed')))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo // a server that is listening has an address object
  const send = (headers: Record<string, string>, method = 'GET') =>
    new Promise<{ status: number | undefined; headers: Record<string, unknown>; body: string }>(
      (done, failed) => {
        const given = { host: `127.0.0.1:${port}`, ...headers }
        httpRequest({ host: '127.0.0.1', port, method, headers: given, agent: false }, async (answer) => {
          const body = Buffer.concat(await answer.toArray()).toString()
          done({ status: answer.statusCode, headers: answer.headers, body })
        })
          .on('error', failed)
          .end()
      },
    )
  return { port, send }
}

describe('the gate', () => {
  it.each([
    '127.0.0.1',
    'localhost',
    'LOCALHOST',
    '[::1]',
    '127.8.9.10',
  ])('passes the host %s', async (name) => {
    const { port, send } = await behind()
    expect((await send({ host: `${name}:${port}` })).body).toBe('passed')
  })

  it.each([
    'rebound.example.com:PORT',
    'localhost.example.com:PORT',
    '127.0.0.1.example.com:PORT',
    '127.0.0.1:1',
    '127.0.0.1',
    'user@127.0.0.1:PORT',
    '127.0.0.999:PORT',
    '127.1:PORT',
    '0.0.0.0:PORT',
    '192.168.0.1:PORT',
  ])('refuses the host "%s", and names the ones to use', async (host) => {
    const { port, send } = await behind()
    const answer = await send({ host: host.replace('PORT', String(port)) })
    expect(answer.status).toBe(403)
    expect(answer.body).toContain(`http://127.0.0.1:${port}`)
  })

  it.each([
    'http://127.0.0.1:3000',
    'http://localhost:3000',
    'http://[::1]:3000',
    'https://app.example.com',
    'https://a.preview.example.com',
  ])('passes the origin %s, whose page may read the response', async (origin) => {
    const { send } = await behind(3000, 'https://app.example.com', 'https://*.preview.example.com')
    const answer = await send({ origin, 'sec-fetch-site': 'cross-site' }, 'POST')
    expect(answer).toMatchObject({ status: 200, body: 'passed' })
    expect(answer.headers['access-control-allow-origin']).toBe(origin)
  })

  it.each([
    'null',
    'https://elsewhere.example.com',
    'http://localhost:5173',
    'http://localhost',
    'https://localhost:3000',
    'http://localhost:3000.example.com',
    'http://localhost:3000@example.com',
    'https://app.example.com.evil.example',
  ])('refuses the origin %s', async (origin) => {
    const { send } = await behind(3000, 'https://app.example.com')
    for (const method of ['GET', 'POST', 'OPTIONS']) {
      const answer = await send({ origin, 'access-control-request-method': 'POST' }, method)
      expect(answer.status).toBe(403)
      expect(answer.body).toContain('CORS setting')
      expect(answer.headers['access-control-allow-origin']).toBeUndefined()
    }
  })

  it('does not treat `*` as an origin', async () => {
    const { send } = await behind(3000, '*', 'https://*')
    expect((await send({ origin: 'https://elsewhere.example.com' })).status).toBe(403)
  })

  it('refuses loads by another site without an origin, and passes a typed address, its own pages and curl', async () => {
    const { send } = await behind()
    expect((await send({ 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    for (const site of ['none', 'same-origin', 'same-site'])
      expect((await send({ 'sec-fetch-site': site })).body).toBe('passed')
    expect((await send({})).body).toBe('passed')
  })

  it('answers the preflight of an accepted origin', async () => {
    const { send } = await behind()
    const origin = 'http://localhost:3000'
    const asked = { 'access-control-request-method': 'PUT', 'access-control-request-headers': 'x-amz-target' }
    const answer = await send({ origin, ...asked }, 'OPTIONS')
    expect(answer).toMatchObject({ status: 204, body: '' })
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-methods': 'PUT',
      'access-control-allow-headers': 'x-amz-target',
    })
  })
})

describe('a request', () => {
  it.each([
    [{ origin: 'http://localhost:3000' }, true],
    [{ 'sec-fetch-site': 'same-origin' }, true],
    [{ 'sec-fetch-site': 'none' }, false],
    [{}, false],
  ])('with the headers %j comes from a page: %s', (headers, expected) => {
    expect(isFromPage({ headers })).toBe(expected)
  })
})
