import type { ApiRequest, ApiResponse } from '../../commands/http/api.ts'
import type { OpenApi } from '../../commands/http/openapi/document.ts'
import type { PublicPath } from '../../commands/http/routes.ts'
import { docsPage } from './docs-page.ts'

const cacheable = { 'cache-control': 'public, max-age=60' }

/** Makes the pages that need no access token, by their paths. */
export function publicPages(
  openApi: (apiUrl: string) => OpenApi,
): Readonly<Record<PublicPath, (request: ApiRequest) => ApiResponse>> {
  return {
    '/health': () => ({ status: 200, headers: { 'cache-control': 'no-store' }, body: { status: 'ok' } }),
    '/openapi.json': ({ apiUrl }) => ({ status: 200, headers: cacheable, body: openApi(apiUrl) }),
    '/docs': ({ apiUrl }) => ({
      status: 200,
      headers: {
        ...cacheable,
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
      },
      body: docsPage(openApi(apiUrl)),
    }),
    '/config.json': ({ apiUrl }) => ({ status: 200, headers: cacheable, body: clientConfig(apiUrl) }),
  }
}

/** The settings that a client needs for the sign-in and for this API. */
function clientConfig(apiUrl: string): Record<string, string | undefined> {
  const { AWS_REGION, USER_POOL_ID, USER_POOL_CLIENT_ID, AWS_ENDPOINT_URL } = process.env
  return {
    region: AWS_REGION,
    userPoolId: USER_POOL_ID,
    userPoolClientId: USER_POOL_CLIENT_ID,
    apiUrl,
    // The SDK's own variable. It is set if the AWS services are not at AWS.
    awsEndpoint: AWS_ENDPOINT_URL,
  }
}
