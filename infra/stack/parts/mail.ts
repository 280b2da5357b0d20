import { PolicyStatement } from 'aws-cdk-lib/aws-iam'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import { EmailIdentity, Identity } from 'aws-cdk-lib/aws-ses'
import type { Construct } from 'constructs'

/** Who mail comes from. SES asks the owner of the address to confirm it before it sends anything. */
export interface MailSender {
  readonly address: string
  readonly identity: EmailIdentity
}

export function addMailSender(scope: Construct, address: string): MailSender {
  return { address, identity: new EmailIdentity(scope, 'MailSender', { identity: Identity.email(address) }) }
}

/** Lets a function send mail as this sender. */
export function allowMail(sender: LambdaFunction, { identity }: MailSender): void {
  sender.addToRolePolicy(
    new PolicyStatement({ actions: ['ses:SendEmail'], resources: [identity.emailIdentityArn] }),
  )
}
