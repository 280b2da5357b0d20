/** The options that every command on a deployed stage takes. */
export const stageOptions = {
  stage: { type: 'string' },
  profile: { type: 'string' },
  region: { type: 'string' },
  help: { type: 'boolean' },
} as const

export interface AccountOptions {
  readonly profile?: string | undefined
  readonly region?: string | undefined
}

/** Names the profile and the region to everything that this process calls or starts. */
export function useAccount({ profile, region }: AccountOptions): void {
  if (profile !== undefined) process.env['AWS_PROFILE'] = profile
  if (region !== undefined) process.env['AWS_REGION'] = region
  // package.json declares which versions of Node this runs on.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true'
}

/**
 * The command that was typed, to repeat it: with the stage, which may come from a variable, and without the answer to a
 * question that may come again.
 */
export function typed(script: string, stage: string, args: readonly string[]): string {
  const kept = args.filter((arg) => !/^--(adopt|leave)$/.test(arg))
  const isNamed = kept.some((arg) => /^--stage(=|$)/.test(arg))
  return ['npm', 'run', script, '--', ...(isNamed ? [] : ['--stage', stage]), ...kept].join(' ')
}
