import { Stack } from 'aws-cdk-lib'
import type { EventBus } from 'aws-cdk-lib/aws-events'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { reactions } from '../../workflows/reactions.ts'
import type { Stage } from '../stages/read-stage.ts'
import { addReactionFailures, addReactions, type ReactionFailures } from './parts/reactions.ts'
import type { Stored } from './parts/stored.ts'
import type { Publishing } from './publishing.ts'

/** The queue of each reaction that sends mail. */
export function addMailData(data: Stack, bus: EventBus, { stage }: Stored): ReactionFailures {
  return addReactionFailures(
    data,
    stage,
    bus,
    reactions.filter(({ sendsMail }) => sendsMail),
  )
}

export interface MailOptions {
  readonly stage: Stage
  readonly publishing: Publishing
  readonly data: ReactionFailures
}

/**
 * Mail: the reactions that send it. Their sender is an identity of SES that the stack does not own: an address may be
 * verified already, and a stack that deletes it would silence other stages. `npm run deploy` creates a missing one.
 */
export function addMail(service: Stack, { stage, publishing, data }: MailOptions): void {
  const { from, domain = from } = stage.settings.mail
  const identity = Stack.of(service).formatArn({ service: 'ses', resource: 'identity', resourceName: domain })
  for (const reaction of addReactions(service, data, publishing)) {
    reaction.addEnvironment('MAIL_FROM', from)
    reaction.addToRolePolicy(new PolicyStatement({ actions: ['ses:SendEmail'], resources: [identity] }))
  }
}
