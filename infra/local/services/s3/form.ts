import type { IncomingMessage } from 'node:http'
import { AwsError } from '../../gateway/aws-service.ts'
import { createByteReader } from './byte-reader.ts'
import { invalidArgument, notModelled } from './errors.ts'
import { isKept } from './headers.ts'
import { parameterised } from './parameters.ts'
import { checkedKey } from './target.ts'
import { bytesOf } from './upload.ts'

/** A form with which a browser posts a file. */
export interface Form {
  /** The fields before the file, by their names in lower case. */
  readonly fields: ReadonlyMap<string, string>
  readonly file: AsyncIterable<Buffer>
}

const modelledField =
  /^(key|bucket|policy|success_action_status|x-amz-(algorithm|credential|date|signature|security-token)|x-ignore-.*)$/

/** Maximum total size of the fields before the file. */
const mostBytes = 20_480

/**
 * Reads a form up to its file. Fields after the file are ignored (S3 API reference, "POST Object").
 *
 * @throws AwsError if the request is not a form, or has no file.
 */
export async function readForm(message: IncomingMessage): Promise<Form> {
  const type = parameterised(message.headers['content-type'] ?? '')
  const boundary = type.value === 'multipart/form-data' ? type.parameters.get('boundary') : undefined
  if (boundary === undefined || boundary === '') {
    const reason = 'Bucket POST must be of the enclosure-type multipart/form-data'
    throw new AwsError('PreconditionFailed', reason, 412)
  }
  const delimiter = `\r\n--${boundary}`
  const reader = createByteReader(afterLineBreak(message), malformed)
  const fields = new Map<string, string>()
  let left = mostBytes
  /** Resolves to the text before the next `end`. */
  const textBefore = async (end: string) => {
    const bytes = await reader.until(end, left)
    if (bytes === undefined) {
      const reason = 'Your POST request fields preceeding the upload file was too large.'
      throw new AwsError('MaxPostPreDataLengthExceeded', reason)
    }
    left -= bytes.length
    return bytes.toString()
  }

  await textBefore(delimiter)
  // Two dashes follow the last delimiter.
  while ((await textBefore('\r\n')) === '') {
    const name = nameOf(await textBefore('\r\n\r\n'))
    if (name === 'file') return { fields, file: reader.flow(delimiter) }
    if (fields.has(name)) throw malformed()
    fields.set(name, await textBefore(delimiter))
  }
  throw invalidArgument('POST requires exactly one file upload per request.')
}

/**
 * Returns the key field of a form. S3 checks for this field first. If a form has its file first, the error therefore
 * mentions the order of fields.
 *
 * @throws AwsError if there is none.
 */
export function keyFieldOf({ fields }: Form): string {
  const key = fields.get('key')
  if (key !== undefined) return key
  const reason =
    "Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the fields."
  throw invalidArgument(reason)
}

/** Returns the key that a form posts its file to. Throws if there is none, or if a field is not modelled. */
export function keyOfForm(form: Form): string {
  const { fields } = form
  const key = keyFieldOf(form)
  if (key === '') throw invalidArgument('User key must have a length greater than 0.')
  const unknown = [...fields.keys()].find((name) => !modelledField.test(name) && !isKept(name))
  if (unknown !== undefined) throw notModelled(`The field ${unknown}`)
  if (/\$\{filename\}/.test(key)) throw notModelled('The name of the file in its key')
  return checkedKey(key)
}

/** Puts a line break before the message. A first delimiter at the very beginning then looks like the others. */
async function* afterLineBreak(message: IncomingMessage): AsyncGenerator<Buffer> {
  yield Buffer.from('\r\n')
  yield* bytesOf(message)
}

/** Returns the name of a part from its headers. */
function nameOf(headers: string): string {
  const start = 'content-disposition:'
  const line = headers.split('\r\n').find((one) => one.toLowerCase().startsWith(start))
  const name = parameterised(line?.slice(start.length) ?? '').parameters.get('name')
  if (name === undefined) throw malformed()
  return name.toLowerCase()
}

function malformed(): AwsError {
  const reason = 'The body of your POST request is not well-formed multipart/form-data.'
  return new AwsError('MalformedPOSTRequest', reason)
}
