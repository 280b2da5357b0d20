import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { stackNames } from '../../../infra/stages/stage-name.ts'

/** The template of one stack, as synthesis writes it. */
export interface StackFile<Resource> {
  /** Its path. */
  readonly file: string
  readonly template: {
    readonly Resources: Record<string, Resource>
    readonly Outputs: Record<string, { readonly Value: unknown }>
  }
}

/** The names of the two stacks of the stage that tests run. */
export const stackFiles = Object.values(stackNames('dev')).map((name) => `${name}.template.json`)

/** Reads the templates of an assembly of the stage `dev`: that of the data, then that of the service. */
export function readStacks<Resource>(assembly: string): readonly StackFile<Resource>[] {
  return stackFiles.map((name) => {
    const file = join(assembly, name)
    return { file, template: JSON.parse(readFileSync(file, 'utf8')) }
  })
}
