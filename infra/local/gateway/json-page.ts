import type { AwsResponse } from './aws-service.ts'

/** The answer of a page of the local cloud's own. */
export function jsonPage(content: unknown): AwsResponse {
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(content),
  }
}
