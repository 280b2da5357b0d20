import type { OpsRequest } from './command.ts'
import type { Code, Stores } from './ports.ts'
import { reasonOf } from './printing.ts'

/** Loads the code of the features. If that fails, tells the operator why and returns undefined. */
export async function codeIfLoadable(
  { code }: Stores,
  { tell }: Pick<OpsRequest, 'tell'>,
): Promise<Code | undefined> {
  try {
    return await code()
  } catch (error) {
    tell(`showing events as stored, without checking them: ${reasonOf(error)}`)
    return undefined
  }
}
