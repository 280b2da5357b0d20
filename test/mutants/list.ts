import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { appending } from './appending.ts'
import { counting } from './counting.ts'
import { deciding } from './deciding.ts'
import { limits } from './limits.ts'
import { ofProject } from './project.ts'
import { reading } from './reading.ts'
import { redriving } from './redriving.ts'
import { replaying } from './replaying.ts'
import { type Mutant, sharedRules } from './rules.ts'
import { ofUpload, rulesOfUpload } from './upload.ts'
import { ofUser } from './user.ts'
import { verifying } from './verifying.ts'

/** The promise of every rule that has a mutant. */
export const rules: Readonly<Record<string, string>> = {
  ...sharedRules,
  ...rulesOfUpload,
}

export const mutants: readonly Mutant[] = [
  ...appending,
  ...deciding,
  ...reading,
  ...redriving,
  ...counting,
  ...verifying,
  ...replaying,
  ...limits,
  ...ofProject,
  ...ofUser,
  ...ofUpload,
]

/**
 * The source with the mutant in it. Throws an Error if the piece that the mutant replaces does not occur exactly once.
 */
export function mutated(source: string, { rule, out, file, find, replace }: Mutant): string {
  const [before, after, ...more] = source.split(find)
  if (before === undefined || after === undefined || more.length > 0) {
    const times = after === undefined ? 'is not in' : `occurs ${more.length + 1} times in`
    throw new Error(
      `The mutant "${out}" of ${rule} ${times} ${file} any more: update it in test/mutants.\n  ${find}`,
    )
  }
  return `${before}${replace}${after}`
}

/** One line for each mutant whose piece of source is not found exactly once. */
export function stale(root: string, some: readonly Mutant[] = mutants): string[] {
  return some.flatMap((mutant) => {
    try {
      mutated(readFileSync(join(root, mutant.file), 'utf8'), mutant)
      return []
    } catch (error) {
      return [error instanceof Error ? error.message : String(error)]
    }
  })
}
