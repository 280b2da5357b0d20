import type { Stack } from 'aws-cdk-lib'
import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { EmailIdentity, Identity } from 'aws-cdk-lib/aws-ses'
import { reactions } from '../../workflows/reactions.ts'
import { addReactionFailures, addReactions } from './parts/reactions.ts'
import type { Publishing } from './publishing.ts'

export interface MailOptions {
  /** Sender address. SES asks its owner to confirm it before it sends anything. */
  readonly mailFrom: string
  readonly publishing: Publishing
}

/** Mail: its sender, and the reactions that send it. */
export function addMail(stack: Stack, { mailFrom, publishing }: MailOptions): void {
  // Data
  const sender = new EmailIdentity(stack, 'MailSender', { identity: Identity.email(mailFrom) })
  const failures = addReactionFailures(
    stack,
    reactions.filter(({ sendsMail }) => sendsMail),
  )

  // Functions
  for (const reaction of addReactions(stack, failures, publishing)) {
    reaction.addEnvironment('MAIL_FROM', mailFrom)
    reaction.addToRolePolicy(
      new PolicyStatement({ actions: ['ses:SendEmail'], resources: [sender.emailIdentityArn] }),
    )
  }
}
