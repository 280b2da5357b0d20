import { describe, expect, it } from 'vitest'
import { isUnreachable } from './unreachable.ts'

const requirement = 'ERROR: Could not find a version that satisfies the requirement boto3==1.44.8'

describe('a failure of pip', () => {
  it.each([
    `${requirement} (from versions: none)`,
    "WARNING: Retrying (Retry(total=4, connect=None)) after connection broken by 'NewConnectionError('<pip._vendor>: Failed to establish a new connection: [Errno 111] Connection refused')'",
    'WARNING: Retrying (Retry(total=0)) after connection broken by \'NameResolutionError("Failed to resolve")\'',
  ])('skips the step if no index can be reached: %s', (printed) => {
    expect(isUnreachable(printed)).toBe(true)
  })

  it.each([
    `${requirement} (from versions: 1.44.6, 1.44.7)`,
    'ERROR: Cannot install boto3==1.44.8 and botocore==1.40.0 because these package versions have conflicting dependencies.',
    'OSError: [Errno 28] No space left on device',
  ])('is a failure of the step otherwise: %s', (printed) => {
    expect(isUnreachable(printed)).toBe(false)
  })
})
