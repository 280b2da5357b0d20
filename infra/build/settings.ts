/**
 * How the upload pipeline runs. An Express run costs less; the states of a Standard run can be inspected for ninety
 * days.
 */
export type PipelineType = (typeof pipelineTypes)[number]

const pipelineTypes = ['EXPRESS', 'STANDARD'] as const

/** The settings of the stack that its operator chooses. */
export interface Settings {
  /** Sender address of mail. */
  readonly mailFrom: string
  readonly pipelineType: PipelineType
}

/**
 * Reads the settings from the environment: `MAIL_FROM`, the sender address of mail, an example address by default; and
 * `UPLOAD_PIPELINE`, `EXPRESS` by default. Throws an Error of one line for any other pipeline.
 */
export function settings(environment: NodeJS.ProcessEnv = process.env): Settings {
  const { MAIL_FROM: mailFrom, UPLOAD_PIPELINE: named } = environment
  const pipelineType = pipelineTypes.find((type) => type === (named || 'EXPRESS'))
  if (pipelineType === undefined)
    throw new Error(`UPLOAD_PIPELINE must be ${pipelineTypes.join(' or ')}, but is ${named}`)
  return { mailFrom: mailFrom || 'annals@example.com', pipelineType }
}
