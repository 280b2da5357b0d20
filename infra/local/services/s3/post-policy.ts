import * as z from 'zod'
import { AwsError } from '../../gateway/aws-service.ts'
import { accessDenied, invalidArgument } from './errors.ts'
import type { Form } from './form.ts'
import { type Signers, signerOf } from './signed.ts'
import type { Upload } from './upload.ts'

const size = z.coerce.number().int().nonnegative()
const fieldName = z.string().startsWith('$')
const policies = z.object({
  expiration: z.iso.datetime({ offset: true }),
  conditions: z.array(
    z.union([
      z.tuple([z.literal('content-length-range'), size, size]),
      z.tuple([z.enum(['eq', 'starts-with']), fieldName, z.string()]),
      z.record(z.string(), z.string()),
    ]),
  ),
})
type Condition = z.output<typeof policies>['conditions'][number]
type SizeRange = ['content-length-range', number, number]

/** The fields that need no condition, besides those that begin with `x-ignore-`. */
const free = ['policy', 'x-amz-signature']

/**
 * Checks the fields of a form against the policy in it, and the policy against its signature (S3 API reference, "POST
 * policy").
 *
 * @throws AwsError with the refusal of S3 if the policy was changed, has expired or does not cover the fields.
 */
export function admit(
  o: Signers,
  bucket: string,
  { fields, file }: Form,
): { readonly signer: string; readonly upload: Upload } {
  const policy = fields.get('policy')
  if (policy === undefined) throw accessDenied()
  const demand = (name: string) => {
    const value = fields.get(name.toLowerCase())
    const reason = `Bucket POST must contain a field named '${name}'.  If it is specified, please check the order of the fields.`
    if (value === undefined) throw invalidArgument(reason)
    return value
  }
  if (demand('X-Amz-Algorithm') !== 'AWS4-HMAC-SHA256')
    throw invalidArgument('X-Amz-Algorithm only supports "AWS4-HMAC-SHA256"')
  const signer = signerOf(o, {
    credential: demand('X-Amz-Credential'),
    at: demand('X-Amz-Date'),
    text: policy,
    signature: demand('X-Amz-Signature'),
  })
  const { expiration, conditions } = read(policy)
  if (Date.now() > Date.parse(expiration)) throw refused('Policy expired.')

  const values = new Map([...fields, ['bucket', bucket]])
  const failed = conditions.find((condition) => !holds(condition, values))
  if (failed !== undefined)
    throw refused(`Policy Condition failed: ${JSON.stringify(failed).replace(/,/g, ', ')}`)
  const covered = new Set([...free, ...conditions.flatMap(namesOf)])
  const extra = [...fields.keys()].filter((name) => !covered.has(name) && !name.startsWith('x-ignore-'))
  if (extra.length > 0) throw refused(`Extra input fields: ${extra.join(', ')}`)

  return { signer, upload: limited(file, conditions.filter(isRange)) }
}

/** Returns the file of a form. Reading it throws if the file is larger or smaller than a range. */
function limited(file: Form['file'], ranges: readonly SizeRange[]): Upload {
  const most = Math.min(Number.POSITIVE_INFINITY, ...ranges.map(([, , largest]) => largest))
  async function* content() {
    let bytes = 0
    for await (const chunk of file) {
      bytes += chunk.length
      if (bytes > most)
        throw new AwsError('EntityTooLarge', 'Your proposed upload exceeds the maximum allowed size')
      yield chunk
    }
  }
  return {
    content: content(),
    check({ size }) {
      if (ranges.some(([, least]) => size < least))
        throw new AwsError('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size')
    },
  }
}

function read(policy: string): z.output<typeof policies> {
  try {
    return policies.parse(JSON.parse(Buffer.from(policy, 'base64').toString()))
  } catch (error) {
    const [issue] = error instanceof z.ZodError ? error.issues : []
    const where = issue && ` at ${issue.path.join('.')}: ${issue.message}`
    throw new AwsError('InvalidPolicyDocument', `Invalid Policy: Invalid JSON${where ?? ''}`)
  }
}

function isRange(condition: Condition): condition is SizeRange {
  return Array.isArray(condition) && condition[0] === 'content-length-range'
}

/**
 * Whether a condition on a field holds: the field must equal a value or begin with it. The size is checked once the
 * file has arrived.
 */
function holds(condition: Condition, values: ReadonlyMap<string, string>): boolean {
  if (isRange(condition)) return true
  if (!Array.isArray(condition))
    return Object.entries(condition).every(([name, wanted]) => values.get(name.toLowerCase()) === wanted)
  const [kind, , wanted] = condition
  const [name = ''] = namesOf(condition)
  const value = values.get(name)
  if (kind === 'eq') return value === wanted
  // Every content type in a list must begin with the value.
  const all = name === 'content-type' ? value?.split(',') : value === undefined ? undefined : [value]
  return all?.every((one) => one.trimStart().startsWith(wanted)) ?? false
}

/** Returns the fields that a condition names, in lower case. */
function namesOf(condition: Condition): string[] {
  if (isRange(condition)) return []
  const names = Array.isArray(condition) ? [condition[1].slice(1)] : Object.keys(condition)
  return names.map((name) => name.toLowerCase())
}

function refused(reason: string): AwsError {
  return accessDenied(`Invalid according to Policy: ${reason}`)
}
