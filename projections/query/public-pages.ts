import { contract } from '../../commands/contract.ts'
import type { ApiRequest, ApiResponse } from '../../commands/http/api.ts'
import { openApi } from '../../commands/http/openapi.ts'
import { type PublicPath, publicPaths } from '../../commands/http/routes.ts'
import { docsPage } from './docs-page.ts'

const cacheable = { 'cache-control': 'public, max-age=60' }

/** What anyone may read. */
export const publicPages: Readonly<Record<PublicPath, (request: ApiRequest) => ApiResponse>> = {
  '/health': () => ({ status: 200, headers: { 'cache-control': 'no-store' }, body: { status: 'ok' } }),
  '/openapi.json': ({ apiUrl }) => ({ status: 200, headers: cacheable, body: openApi(apiUrl, contract) }),
  '/docs': ({ apiUrl }) => ({
    status: 200,
    headers: {
      ...cacheable,
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
    },
    body: docsPage(openApi(apiUrl, contract)),
  }),
  '/config.json': ({ apiUrl }) => ({ status: 200, headers: cacheable, body: clientConfig(apiUrl) }),
}

export function isPublicPath(route: string): route is PublicPath {
  return publicPaths.some((path) => path === route)
}

/** What a client needs to sign people in and to call this API. */
function clientConfig(apiUrl: string): Record<string, string | undefined> {
  const { AWS_REGION, USER_POOL_ID, USER_POOL_CLIENT_ID, AWS_ENDPOINT_URL } = process.env
  return {
    region: AWS_REGION,
    userPoolId: USER_POOL_ID,
    userPoolClientId: USER_POOL_CLIENT_ID,
    apiUrl,
    // The SDK's own variable: set where the AWS services are somewhere else than at AWS.
    awsEndpoint: AWS_ENDPOINT_URL,
  }
}
