/** A request to AWS, as far as the fake account reads it. */
export interface FakeRequest {
  readonly method: string
  readonly path: string
  /** The operation of a service with a JSON or query protocol, such as `DynamoDB_20120810.Scan`. */
  readonly operation: string
  readonly input: Readonly<Record<string, unknown>>
}

export interface FakeAnswer {
  readonly status: number
  readonly body: string
  readonly headers?: Readonly<Record<string, string>>
}

/** An error as AWS names it. */
export class FakeError extends Error {
  readonly status: number

  constructor(name: string, message: string, status = 400) {
    super(message)
    this.name = name
    this.status = status
  }
}

export function json(body: object): FakeAnswer {
  return { status: 200, body: JSON.stringify(body) }
}

/** An answer of the query protocol of CloudFormation and STS. */
export function query(operation: string, result: string): FakeAnswer {
  return {
    status: 200,
    body: `<${operation}Response><${operation}Result>${result}</${operation}Result></${operation}Response>`,
  }
}

/** A list of the query protocol. */
export function members(name: string, items: readonly string[]): string {
  return `<${name}>${items.map((item) => `<member>${item}</member>`).join('')}</${name}>`
}

export function field(name: string, value: string | boolean | undefined): string {
  if (value === undefined) return ''
  const text = String(value).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  return `<${name}>${text}</${name}>`
}

export function errorAnswer({ operation }: FakeRequest, error: FakeError): FakeAnswer {
  const { name, message, status } = error
  // The JSON protocols name an operation with its service; the query protocol does not.
  if (operation === '' || operation.includes('.'))
    return {
      status,
      headers: { 'x-amzn-errortype': name },
      body: JSON.stringify({ __type: name, message }),
    }
  return {
    status,
    body: `<ErrorResponse><Error>${field('Type', 'Sender')}${field('Code', name)}${field('Message', message)}</Error></ErrorResponse>`,
  }
}
