import { measured } from './measured-functions.ts'

/** The memory of a function that was not measured yet, in MB. */
const unmeasuredMb = 512

/** The memory of a function in MB, by its logical id, as `docs/function-sizes.md` explains it. */
export function memoryOf(id: string): number {
  return measured.functions[id]?.memoryMb ?? unmeasuredMb
}
