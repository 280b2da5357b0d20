import type { Stage } from '../stages/read-stage.ts'
import { stackNames } from '../stages/stage-name.ts'

/** The parts of a stage's settings that a deployment needs. */
export interface DeployPlan {
  readonly stage: string
  /** Name of the stack with everything that remembers. It is never deleted. */
  readonly dataStack: string
  /** Name of the stack with everything that can be made again. */
  readonly serviceStack: string
  /** Sender address of mail. */
  readonly mailFrom: string
  /** The domain that may send for that address; the address itself if it is left out. */
  readonly mailDomain?: string | undefined
  /** Whether the user pool sends its codes through SES. */
  readonly codesBySes: boolean
  /** Mails a second that the settings count on. */
  readonly mailPerSecond: number
  /** The concurrency that the functions of the stage set aside, reserved or provisioned. */
  readonly concurrency: number
}

/** The plan of a stage, from its settings. */
export function planOf({ name: stage, settings: { mail, concurrency } }: Stage): DeployPlan {
  const { data: dataStack, service: serviceStack } = stackNames(stage)
  const functions = new Set([...Object.keys(concurrency.reserved), ...Object.keys(concurrency.provisioned)])
  // Provisioned environments of a function are part of its reservation, if it has one.
  const aside = [...functions].map((name) =>
    Math.max(concurrency.reserved[name] ?? 0, concurrency.provisioned[name] ?? 0),
  )
  return {
    stage,
    dataStack,
    serviceStack,
    mailFrom: mail.from,
    mailDomain: mail.domain,
    codesBySes: mail.codes === 'SES',
    mailPerSecond: mail.perSecond,
    concurrency: aside.reduce((sum, count) => sum + count, 0),
  }
}
