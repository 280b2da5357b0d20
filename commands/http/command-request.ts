import { Problem } from '../../domain/kernel/problem.ts'
import type { ApiRequest } from './api.ts'
import type { CommandContract, FeatureContract } from './contract-types.ts'
import { HttpProblem } from './http-problem.ts'

/** 256 KB, as the contract says. */
export const maxBodyBytes = 256 * 1024

/** The command of a contract that a request names. Throws `not-found` or `method-not-allowed`. */
export function commandNameOf(request: ApiRequest, commands: FeatureContract['commands']): string {
  // A command with a function of its own has a route of its own.
  const name = request.parameters['name'] ?? request.route.slice('/commands/'.length)
  if (!Object.hasOwn(commands, name)) {
    throw new Problem(
      'not-found',
      `There is no such command. There are: ${Object.keys(commands).join(', ')}.`,
    )
  }
  if (request.method !== 'POST')
    throw new HttpProblem('method-not-allowed', 'Commands are sent by POST.', { allow: 'POST' })
  return name
}

/** The body as JSON. Throws `unsupported-media-type`, `too-large` or `invalid-input`. */
export function jsonBodyOf(request: ApiRequest): unknown {
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase()
  if (type !== 'application/json') {
    throw new HttpProblem(
      'unsupported-media-type',
      'Send JSON, with the header Content-Type: application/json.',
    )
  }
  if (Buffer.byteLength(request.body) > maxBodyBytes) {
    throw new Problem('too-large', `A body may have at most ${maxBodyBytes / 1024} KB.`)
  }
  try {
    return JSON.parse(request.body)
  } catch {
    throw new Problem('invalid-input', 'The body is not JSON.', {
      errors: [{ path: '', message: 'Not JSON.' }],
    })
  }
}

/** `Idempotency-Key`: 1 to 255 visible ASCII characters, or absent. */
export function idempotencyKeyOf(request: ApiRequest): string | undefined {
  const key = request.headers['idempotency-key']
  if (key !== undefined && !/^[\x21-\x7e]{1,255}$/.test(key)) {
    throw new Problem('invalid-input', 'Idempotency-Key takes 1 to 255 visible ASCII characters.')
  }
  return key
}

/** `If-Match: "<version>"`: one strong, quoted integer, or absent. */
export function expectedVersionOf(
  request: ApiRequest,
  name: string,
  { creates }: Pick<CommandContract, 'creates'>,
): number | undefined {
  const header = request.headers['if-match']
  if (header === undefined) return undefined
  if (creates) throw new Problem('invalid-input', `${name} takes no If-Match: there is no version yet.`)
  const version = /^"(0|[1-9]\d{0,14})"$/.exec(header)?.[1]
  if (version === undefined)
    throw new Problem('invalid-input', 'If-Match takes one version in quotes, such as "3".')
  return Number(version)
}
