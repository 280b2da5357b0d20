import { Problem } from '../../domain/kernel/problem.ts'
import type { ApiRequest } from './api.ts'
import { checkMediaType, ifMatchOf, invalidInput, pointer } from './client-text.ts'
import type { CommandContract, FeatureContract } from './contract-types.ts'
import { HttpProblem } from './http-problem.ts'

/** Maximum size of a body, 256 KB, as the OpenAPI document promises. */
export const maxBodyBytes = 256 * 1024

/** Returns the command of a contract that a request names. Throws `not-found` or `method-not-allowed`. */
export function commandNameOf(request: ApiRequest, commands: FeatureContract['commands']): string {
  // A command with a function of its own also has a route of its own.
  const name = request.parameters['name'] ?? request.route.slice('/commands/'.length)
  if (!Object.hasOwn(commands, name)) {
    throw new Problem(
      'not-found',
      `There is no such command. The commands are ${Object.keys(commands).join(', ')}.`,
    )
  }
  if (request.method !== 'POST')
    throw new HttpProblem('method-not-allowed', 'Send commands by POST.', { allow: 'POST' })
  return name
}

/** Returns the body as JSON. Throws `unsupported-media-type`, `too-large` or `invalid-input`. */
export function jsonBodyOf(request: ApiRequest): unknown {
  checkMediaType(request)
  const { body } = request
  if (Buffer.byteLength(body) > maxBodyBytes) {
    throw new Problem('too-large', `A body can have at most ${maxBodyBytes / 1024} KB.`)
  }
  const parsed = parseJson(body)
  // UTF-8 cannot encode an unpaired surrogate, so only an escape can contain one.
  if (/\\u[dD][89a-fA-F]/.test(body)) checkWellFormed(parsed)
  return parsed
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    throw new Problem('invalid-input', 'The body is not JSON.', {
      errors: [{ path: '', message: 'Not JSON.' }],
    })
  }
}

/**
 * Throws `invalid-input` if a text or the name of a field contains an unpaired surrogate, which the store would
 * replace.
 */
function checkWellFormed(body: unknown): void {
  const left: { value: unknown; path: readonly string[] }[] = [{ value: body, path: [] }]
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const { value, path } = next
    const children = typeof value === 'object' && value !== null ? Object.entries(value) : []
    const names = Array.isArray(value) ? [] : children.map(([name]) => name)
    const texts = typeof value === 'string' ? [value] : names
    if (!texts.every((text) => text.isWellFormed()))
      throw invalidInput('The body is not valid. See errors.', [
        { path: pointer(path), message: 'Unpaired surrogates are not allowed.' },
      ])
    left.push(...children.map(([name, child]) => ({ value: child, path: [...path, name] })))
  }
}

/** Returns the version that a command expects, or undefined. A command that creates a stream cannot expect one. */
export function expectedVersionOf(
  request: ApiRequest,
  name: string,
  { creates }: Pick<CommandContract, 'creates'>,
): number | undefined {
  if (creates && request.headers['if-match'] !== undefined)
    throw new Problem(
      'invalid-input',
      `Send ${name} without If-Match. It creates an item, which has no version yet.`,
    )
  return ifMatchOf(request)
}
