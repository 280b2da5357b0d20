import { AwsError } from '../../gateway/aws-service.ts'
import { escaped } from '../../gateway/xml.ts'
import type { S3Operation } from './call.ts'
import { isMarker, nullVersion, type Version } from './objects.ts'

/** Maximum number of versions in an answer. It is also the default. */
const maxOfPage = 1_000

/** Lists all versions of the keys with a prefix, in pages. The next page begins after the last version of this one. */
export const listObjectVersions: S3Operation = async ({ bucket, query }) => {
  const prefix = query.get('prefix') ?? ''
  const afterKey = query.get('key-marker') ?? ''
  const afterVersion = query.get('version-id-marker') ?? ''
  const show = query.get('encoding-type') === 'url' ? encodeURIComponent : String
  const max = Math.min(Number(query.get('max-keys') ?? maxOfPage), maxOfPage)
  if (!Number.isInteger(max) || max < 1) throw new AwsError('InvalidArgument', 'max-keys is not valid')

  const all = bucket.objects
    .versions(prefix)
    .flatMap(([key, versions]) => versions.map((version, index) => ({ key, version, isLatest: index === 0 })))
  const last = all.findLastIndex(
    ({ key, version }) =>
      key < afterKey || (key === afterKey && (afterVersion === '' || idOf(version) === afterVersion)),
  )
  const page = all.slice(afterKey === '' ? 0 : last + 1).slice(0, max)
  const end = page.at(-1)
  const isTruncated = end !== undefined && end !== all.at(-1)
  const entries = page.map(({ key, version, isLatest }) => {
    const { modifiedAt } = version
    const facts = isMarker(version)
      ? []
      : [
          ['ETag', `"${version.md5}"`],
          ['Size', version.size],
        ]
    return element(isMarker(version) ? 'DeleteMarker' : 'Version', [
      ['Key', show(key)],
      ['VersionId', idOf(version)],
      ['IsLatest', isLatest],
      ['LastModified', new Date(modifiedAt).toISOString()],
      ...facts,
    ])
  })
  const next = isTruncated
    ? texts([
        ['NextKeyMarker', show(end.key)],
        ['NextVersionIdMarker', idOf(end.version)],
      ])
    : ''
  const encoding = query.has('encoding-type') ? texts([['EncodingType', 'url']]) : ''
  const head = texts([
    ['Name', bucket.name],
    ['Prefix', show(prefix)],
    ['MaxKeys', max],
    ['IsTruncated', isTruncated],
  ])
  const content = `${head}${encoding}${next}${entries.join('')}`
  return {
    status: 200,
    headers: { 'content-type': 'application/xml' },
    body: `<?xml version="1.0" encoding="UTF-8"?>\n<ListVersionsResult>${content}</ListVersionsResult>`,
  }
}

function idOf({ versionId = nullVersion }: Version): string {
  return versionId
}

type Fields = readonly (readonly (string | number | boolean)[])[]

function element(name: string, fields: Fields): string {
  return `<${name}>${texts(fields)}</${name}>`
}

/** Returns one element with a text for each name and value. */
function texts(fields: Fields): string {
  return fields.map(([name, value]) => `<${name}>${escaped(String(value))}</${name}>`).join('')
}
