import type { AwsConfig } from './config.ts'
import { type AccountFacts, openFacts } from './facts.ts'
import { type Leftovers, openLeftovers } from './leftovers.ts'
import { type Mail, openMail } from './mail.ts'
import { openStacks, type Stacks } from './stacks.ts'

/** An AWS account in one region, as far as a deployment looks at it and changes it. */
export interface Account {
  readonly facts: AccountFacts
  readonly stacks: Stacks
  readonly leftovers: Leftovers
  readonly mail: Mail
}

export function openAccount(config: AwsConfig = {}): Account {
  return {
    facts: openFacts(config),
    stacks: openStacks(config),
    leftovers: openLeftovers(config),
    mail: openMail(config),
  }
}
