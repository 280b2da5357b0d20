import { Stack } from 'aws-cdk-lib'
import type { EventBus } from 'aws-cdk-lib/aws-events'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { reactions } from '../../workflows/reactions.ts'
import type { Stage } from '../stages/read-stage.ts'
import { addReactions, addReactionsData, type Reactions } from './parts/reactions.ts'
import type { Stored } from './parts/stored.ts'
import type { Publishing } from './publishing.ts'

/** One queue for all mail, because the rate at which the provider accepts it is one. */
export function addMailData(data: Stack, bus: EventBus, { stage }: Stored): Reactions {
  return addReactionsData(
    data,
    'SendMail',
    reactions.filter(({ sendsMail }) => sendsMail),
    { stage, bus },
  )
}

export interface MailOptions {
  readonly stage: Stage
  readonly publishing: Publishing
  readonly data: Reactions
}

/** Mails a second that one environment sends at most. A mail takes about a tenth of a second. */
const perEnvironment = 10
/** The minimum that Lambda allows. */
const leastConcurrency = 2

/**
 * Mail: the function that sends it, at the provider's rate. Its sender is an identity of SES that the stacks do not own:
 * an address may be verified already, and a stack that deletes it would silence other stages. `npm run deploy` creates a
 * missing one.
 */
export function addMail(service: Stack, { stage, publishing, data }: MailOptions): void {
  const { from, domain = from, perSecond } = stage.settings.mail
  const identity = Stack.of(service).formatArn({ service: 'ses', resource: 'identity', resourceName: domain })
  const concurrency = Math.max(leastConcurrency, Math.ceil(perSecond / perEnvironment))
  const sendMail = addReactions(service, data, publishing, {
    name: 'send-mail',
    concurrency,
    environment: {
      MAIL_FROM: from,
      // How long an environment waits between two mails.
      MAIL_INTERVAL_MS: String(Math.ceil((1000 * concurrency) / perSecond)),
    },
  })
  sendMail.addToRolePolicy(new PolicyStatement({ actions: ['ses:SendEmail'], resources: [identity] }))
}
