/** A stage is one copy of the whole system: `dev`, `prod`, or one per developer. Its name is part of every name in AWS. */
const pattern = /^[a-z][a-z0-9-]{0,19}$/

/**
 * The stage to work on: the value of `--stage` if it is given, else the environment variable `STAGE`, else `dev`.
 * Throws an Error of one line if the name cannot be part of a stack's name.
 */
export function stageName(option: string | undefined, environment: NodeJS.ProcessEnv = process.env): string {
  const name = option ?? (environment['STAGE'] || 'dev')
  if (pattern.test(name)) return name
  const source = option === undefined ? 'STAGE' : '--stage'
  throw new Error(
    `${source} is "${name}": use 1 to 20 lower-case letters, digits and hyphens, beginning with a letter`,
  )
}

/** The names of a stage's two stacks. The data stack is kept for ever; the service stack can be made again. */
export function stackNames(stage: string): { readonly data: string; readonly service: string } {
  return { data: `annals-${stage}-data`, service: `annals-${stage}-service` }
}
