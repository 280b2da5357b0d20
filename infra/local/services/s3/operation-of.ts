const methods: Readonly<Record<string, string>> = {
  PUT: 'PutObject',
  GET: 'GetObject',
  HEAD: 'HeadObject',
  DELETE: 'DeleteObject',
}

/** The query parameters of the modelled operations. Any other parameter makes another operation of a call. */
const modelledQuery =
  /^(x-id|AWSAccessKeyId|Signature|Expires|X-Amz-(Algorithm|Credential|Date|Expires|SignedHeaders|Signature|Security-Token|Content-Sha256)|x-amz-checksum-mode|response-[a-z-]+)$/

/** The query parameters of a list of versions, and of the deletion of one. */
const listsVersions = /^(x-id|versions|prefix|key-marker|version-id-marker|max-keys)$/
const deletesVersion = /^(x-id|versionId)$/

/** The operation that a request of S3 calls; `undefined` if it is not modelled. */
export function operationOf(method: string, path: string, query: URLSearchParams): string | undefined {
  const [, name, ...key] = path.split('/')
  if (method === 'OPTIONS') return 'Preflight'
  const onlyHas = (modelled: RegExp) => [...query.keys()].every((parameter) => modelled.test(parameter))
  const isBucket = key.join('/') === '' && name !== ''
  if (method === 'GET' && isBucket && query.has('versions'))
    return onlyHas(listsVersions) ? 'ListObjectVersions' : undefined
  if (method === 'DELETE' && !isBucket && query.has('versionId'))
    return onlyHas(deletesVersion) ? 'DeleteObject' : undefined
  if (!onlyHas(modelledQuery)) return undefined
  // Only the SDK names the operation. A copy by any other client is a PutObject with a header that is not modelled.
  if (method === 'PUT' && query.get('x-id') === 'CopyObject') return 'CopyObject'
  if (key.join('/') !== '') return methods[method]
  return method === 'POST' && name !== '' ? 'PostObject' : undefined
}
