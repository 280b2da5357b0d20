import { randomInt } from 'node:crypto'
import { AwsError } from '../../gateway/aws-service.ts'
import type { CognitoOptions } from './cognito-options.ts'
import type { Code, User, UserPool } from './user-pool.ts'

const wrongTriesAllowed = 5

/** Makes a code and mails it to a user. Returns the code to store. */
export function mailCode(
  { mailbox }: Pick<CognitoOptions, 'mailbox'>,
  { settings }: Pick<UserPool, 'settings'>,
  { email }: Pick<User, 'email'>,
  lifeMs: number,
): Code {
  const value = String(randomInt(1_000_000)).padStart(6, '0')
  const { EmailSubject: subject, EmailMessage } = settings.VerificationMessageTemplate
  mailbox.deliver({ to: email, subject, text: EmailMessage.replaceAll('{####}', value) })
  return { value, expiresAt: Date.now() + lifeMs, wrongTries: 0 }
}

/** Throws the error of Cognito unless a code is the one that was mailed. `keep` stores the code after a wrong try. */
export function demandCode(code: Code, given: string, keep: (code: Code) => void): void {
  if (code.wrongTries >= wrongTriesAllowed)
    throw new AwsError('LimitExceededException', 'Attempt limit exceeded, please try after some time.')
  if (code.expiresAt <= Date.now()) throw expired()
  if (code.value === given) return
  keep({ ...code, wrongTries: code.wrongTries + 1 })
  throw new AwsError('CodeMismatchException', 'Invalid verification code provided, please try again.')
}

export function expired(): AwsError {
  return new AwsError('ExpiredCodeException', 'Invalid code provided, please request a code again.')
}

/** Returns the address that a code was sent to, masked as on AWS. For an unknown user, this is the given address. */
export function deliveryTo(email: string) {
  const Destination = email.replace(/^(.)[^@]*(@.)?.*/, '$1***$2***')
  return { Destination, DeliveryMedium: 'EMAIL', AttributeName: 'email' }
}
