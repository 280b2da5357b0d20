import type { OpsRequest } from './command.ts'
import type { Code, Stores } from './ports.ts'
import { reasonOf } from './printing.ts'

/** The code of the features; undefined if it cannot be loaded, which the person is told. */
export async function codeIfLoadable(
  { code }: Stores,
  { tell }: Pick<OpsRequest, 'tell'>,
): Promise<Code | undefined> {
  try {
    return await code()
  } catch (error) {
    tell(`events are shown as they are stored, and none is checked: ${reasonOf(error)}`)
    return undefined
  }
}
