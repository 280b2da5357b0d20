/** The options that every command on a deployed stage takes. */
export const stageOptions = {
  stage: { type: 'string' },
  profile: { type: 'string' },
  region: { type: 'string' },
  help: { type: 'boolean' },
} as const

export interface StageOptions {
  readonly stage?: string | undefined
  readonly profile?: string | undefined
  readonly region?: string | undefined
}

/** The stage of the options, or else of the environment, or else `dev`. */
export function stageOf({ stage }: StageOptions): string {
  const name = stage ?? (process.env['STAGE'] || 'dev')
  if (/^[a-z][a-z0-9-]{0,19}$/.test(name)) return name
  throw new Error(
    `the stage "${name}" is no name of a stage: use small letters, digits and hyphens, at most 20`,
  )
}

/** Names the profile and the region to everything that this process calls or starts. */
export function useAccount({ profile, region }: StageOptions): void {
  if (profile !== undefined) process.env['AWS_PROFILE'] = profile
  if (region !== undefined) process.env['AWS_REGION'] = region
  // package.json declares which versions of Node this runs on.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true'
}

/** The command that was typed, to repeat it. Secrets are never options. */
export function typed(script: string, args: readonly string[]): string {
  const kept = args.filter((arg) => !/^--(adopt|leave)$/.test(arg))
  return `npm run ${script}${kept.length === 0 ? '' : ` -- ${kept.join(' ')}`}`
}
