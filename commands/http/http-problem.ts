/** The closed set of errors that belong to HTTP and not to the domain. */
export type HttpProblemCode = 'method-not-allowed' | 'unsupported-media-type'

export interface HttpProblemOptions {
  /** The allowed methods, for `method-not-allowed` (RFC 9110, section 15.5.6, requires them). */
  readonly allow?: string
}

/** A request that violates a rule of HTTP itself. */
export class HttpProblem extends Error {
  readonly code: HttpProblemCode
  readonly allow: string | undefined

  constructor(code: HttpProblemCode, detail: string, { allow }: HttpProblemOptions = {}) {
    super(detail)
    this.name = 'HttpProblem'
    this.code = code
    this.allow = allow
  }
}
