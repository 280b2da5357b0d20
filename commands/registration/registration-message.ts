import * as z from 'zod/mini'
import { Problem } from '../../domain/kernel/problem.ts'

/**
 * The request of the APIs to the registration function. It contains the pool, because the environment of the function
 * cannot. The pool already refers to the function as its trigger, and a template allows no circular references.
 */
export interface RegistrationRequest {
  readonly userPoolId: string
  readonly userId: string
  readonly correlationId: string
}

const registrationAnswer = z.union([
  z.object({ registered: z.literal(true) }),
  z.object({
    problem: z.object({
      code: z.enum(['invalid-input', 'unauthenticated', 'forbidden', 'taken', 'unavailable', 'internal']),
      detail: z.string(),
      rule: z.optional(z.string()),
      retryAfterSeconds: z.optional(z.number()),
    }),
  }),
])

export type RegistrationAnswer = z.infer<typeof registrationAnswer>

/** The answer that contains a problem. The details of an internal error are only in the log. */
export function problemAnswer(error: unknown): RegistrationAnswer {
  const problem = error instanceof Problem ? error : new Problem('internal', 'Unexpected error.')
  const { code, message: detail, rule, retryAfterSeconds } = problem
  const parsed = registrationAnswer.safeParse({ problem: { code, detail, rule, retryAfterSeconds } })
  return parsed.data ?? { problem: { code: 'internal', detail: 'Unexpected error.' } }
}

/** Throws the problem in the answer, unless the answer confirms the registration. */
export function checkRegistered(answer: unknown): void {
  const parsed = registrationAnswer.parse(answer)
  if ('registered' in parsed) return
  const { code, detail, rule, retryAfterSeconds } = parsed.problem
  throw new Problem(code, detail, {
    ...(rule === undefined ? {} : { rule }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  })
}
