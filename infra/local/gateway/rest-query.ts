import type { AwsRequest } from './aws-service.ts'

/** The query parameters of a REST call. */
export function queryOf({ message }: Pick<AwsRequest, 'message'>): URLSearchParams {
  const [, query = ''] = (message?.url ?? '').split('?')
  return new URLSearchParams(query)
}

/** Decodes a part of a path. Returns it unchanged if it cannot be decoded, because no resource has such a name. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
