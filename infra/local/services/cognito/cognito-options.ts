import type { Log } from '../../gateway/aws-service.ts'
import type { Invocation } from '../lambda/invocation.ts'
import type { Mailbox } from '../ses/mailbox.ts'

export interface CognitoOptions {
  readonly region: string
  readonly dataDir: string
  readonly mailbox: Mailbox
  readonly log: Log
  /** Groups that contain every user. An administrator can put a user into others. */
  readonly groups: readonly string[]
  /** Invokes a trigger's function by its ARN. */
  readonly invoke: (functionArn: string, event: unknown) => Promise<Invocation>
}
