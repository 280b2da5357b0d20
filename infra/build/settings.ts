/** How the upload pipeline runs: an Express run costs less, a Standard one can be looked at state by state for ninety days. */
export type PipelineType = (typeof pipelineTypes)[number]

const pipelineTypes = ['EXPRESS', 'STANDARD'] as const

/** What whoever deploys it says of the stack. */
export interface Settings {
  /** Address that mail comes from. */
  readonly mailFrom: string
  readonly pipelineType: PipelineType
}

/**
 * What the environment says of the stack: `MAIL_FROM`, the address that mail comes from, or one that nobody has; and
 * `UPLOAD_PIPELINE`, `EXPRESS` unless it says `STANDARD`. Throws an Error in one line for anything else.
 */
export function settings(environment: NodeJS.ProcessEnv = process.env): Settings {
  const { MAIL_FROM: mailFrom, UPLOAD_PIPELINE: named } = environment
  const pipelineType = pipelineTypes.find((type) => type === (named || 'EXPRESS'))
  if (pipelineType === undefined)
    throw new Error(`UPLOAD_PIPELINE is ${pipelineTypes.join(' or ')}, and not ${named}`)
  return { mailFrom: mailFrom || 'annals@example.com', pipelineType }
}
