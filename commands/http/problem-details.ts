import type { FieldError, Problem, ProblemCode } from '../../domain/kernel/problem.ts'
import { HttpProblem, type HttpProblemCode } from './http-problem.ts'

/** Problem details for HTTP APIs, RFC 9457. */
export interface ProblemDetails {
  readonly type: `urn:annals:problem:${string}`
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly correlationId: string
  readonly errors?: readonly FieldError[]
}

/** The only place that assigns a status to an error. */
export const problemKinds: Readonly<
  Record<ProblemCode | HttpProblemCode, { readonly status: number; readonly title: string }>
> = {
  'invalid-input': { status: 400, title: 'The request is not valid' },
  unauthenticated: { status: 401, title: 'Not signed in' },
  forbidden: { status: 403, title: 'You are not allowed to do this' },
  'account-deleted': { status: 403, title: 'The account was deleted' },
  'not-found': { status: 404, title: 'Not found' },
  'method-not-allowed': { status: 405, title: 'Method not allowed' },
  'key-reused': { status: 409, title: 'The Idempotency-Key was used for another command' },
  taken: { status: 409, title: 'Already in use' },
  'version-mismatch': { status: 412, title: 'The item has changed since you read it' },
  'too-large': { status: 413, title: 'Too large' },
  'unsupported-media-type': { status: 415, title: 'The content must be JSON' },
  refused: { status: 422, title: 'Rejected by a business rule' },
  unavailable: { status: 503, title: 'Try again' },
  unreadable: { status: 500, title: 'Something went wrong on our side' },
  internal: { status: 500, title: 'Something went wrong on our side' },
}

/**
 * Makes the details of a problem. A refusal has the name of its rule. The details of an internal error are only in the
 * log.
 */
export function problemDetails(problem: Problem | HttpProblem, correlationId: string): ProblemDetails {
  const { status, title } = problemKinds[problem.code]
  const ours = status === 500
  const { rule = undefined, errors = undefined } = problem instanceof HttpProblem ? {} : problem
  return {
    type: `urn:annals:problem:${ours ? 'internal' : (rule ?? problem.code)}`,
    title,
    status,
    detail: ours ? 'The error was logged with the correlation id.' : problem.message,
    correlationId,
    ...(errors === undefined ? {} : { errors }),
  }
}
