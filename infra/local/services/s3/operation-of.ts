const methods: Readonly<Record<string, string>> = {
  PUT: 'PutObject',
  GET: 'GetObject',
  HEAD: 'HeadObject',
  DELETE: 'DeleteObject',
}

/** The query parameters of the modelled operations. Any other parameter makes another operation of a call. */
const modelledQuery =
  /^(x-id|AWSAccessKeyId|Signature|Expires|X-Amz-(Algorithm|Credential|Date|Expires|SignedHeaders|Signature|Security-Token|Content-Sha256)|x-amz-checksum-mode|response-[a-z-]+)$/

/** The operation that a request of S3 calls; `undefined` if it is not modelled. */
export function operationOf(method: string, path: string, query: URLSearchParams): string | undefined {
  const [, name, ...key] = path.split('/')
  if (method === 'OPTIONS') return 'Preflight'
  if ([...query.keys()].some((parameter) => !modelledQuery.test(parameter))) return undefined
  // Only the SDK names the operation. A copy by any other client is a PutObject with a header that is not modelled.
  if (method === 'PUT' && query.get('x-id') === 'CopyObject') return 'CopyObject'
  if (key.join('/') !== '') return methods[method]
  return method === 'POST' && name !== '' ? 'PostObject' : undefined
}
