import type { AwsRequest } from './aws-service.ts'

/** The query parameters of a REST call. */
export function queryOf({ message }: Pick<AwsRequest, 'message'>): URLSearchParams {
  const [, query = ''] = (message?.url ?? '').split('?')
  return new URLSearchParams(query)
}

/** A part of a path, decoded; as it is if it cannot be decoded, since no resource has such a name. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
