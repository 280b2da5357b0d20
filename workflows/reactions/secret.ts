import type { Deadline } from '../../domain/kernel/cost.ts'

/** The port to a secret of a third party, such as the key of a webhook. */
export interface Secret {
  /** The value, at most a minute old. Throws if nobody has set one. */
  value(deadline: Deadline): Promise<string>
}
