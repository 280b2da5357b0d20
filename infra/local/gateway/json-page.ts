import type { AwsResponse } from './aws-service.ts'

/** Returns a page of the local cloud itself, as JSON. */
export function jsonPage(content: unknown): AwsResponse {
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(content),
  }
}
