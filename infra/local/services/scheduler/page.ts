import type { IncomingMessage } from 'node:http'
import type { AwsResponse } from '../../gateway/aws-service.ts'
import type { Scheduler } from './service.ts'

const path = '/_local/schedules'

/**
 * Serves the schedules over HTTP: `GET /_local/schedules` lists them, and `POST /_local/schedules/<logical id>` runs
 * one now. Returns `undefined` for anything else. Browsers send the origin of the page with every POST, and such a
 * request is refused.
 */
export function schedulesPage(
  scheduler: Pick<Scheduler, 'list' | 'runNow'>,
  { pathname }: URL,
  { method, headers }: Pick<IncomingMessage, 'method' | 'headers'>,
): AwsResponse | undefined {
  if (pathname === path && method === 'GET') return json(200, scheduler.list())
  if (!pathname.startsWith(`${path}/`) || method !== 'POST') return undefined
  if (headers.origin !== undefined) return json(403, { message: 'A web page may not run a schedule' })
  const scheduledTime = scheduler.runNow(pathname.slice(path.length + 1))
  if (scheduledTime !== undefined) return json(202, { scheduledTime })
  return json(404, {
    message: 'No such schedule',
    schedules: scheduler.list().map(({ logicalId }) => logicalId),
  })
}

function json(status: number, body: unknown): AwsResponse {
  const headers = { 'content-type': 'application/json' }
  return { status, headers, body: `${JSON.stringify(body, undefined, 2)}\n` }
}
