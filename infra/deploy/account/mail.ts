import {
  CreateEmailIdentityCommand,
  GetAccountCommand,
  GetEmailIdentityCommand,
  NotFoundException,
  SESv2Client,
} from '@aws-sdk/client-sesv2'
import type { AwsConfig } from './config.ts'

export interface MailIdentity {
  readonly isVerified: boolean
  /** SES's word for the state of the verification, such as `PENDING`. */
  readonly status: string
  /** Tokens of the DNS records that prove a domain. Empty for an address. */
  readonly dkimTokens: readonly string[]
}

export interface MailAccount {
  /** Whether the account has left the sandbox. */
  readonly hasProductionAccess: boolean
  readonly isSendingEnabled: boolean
  /** Mails in 24 hours. */
  readonly dailyQuota: number
  /** Mails per second. */
  readonly rate: number
}

/** The mail of an account and region. */
export interface Mail {
  /** An address or a domain; undefined if SES does not have it. */
  identity(name: string): Promise<MailIdentity | undefined>
  /** Lets SES begin to verify an address, to which it sends a mail, or a domain. */
  create(name: string): Promise<MailIdentity>
  account(): Promise<MailAccount>
}

export function openMail(config: AwsConfig): Mail {
  const ses = new SESv2Client(config)
  return {
    async identity(EmailIdentity) {
      try {
        const found = await ses.send(new GetEmailIdentityCommand({ EmailIdentity }))
        return {
          isVerified: found.VerifiedForSendingStatus === true,
          status: found.VerificationStatus ?? 'NOT_STARTED',
          dkimTokens: found.DkimAttributes?.Tokens ?? [],
        }
      } catch (error) {
        if (error instanceof NotFoundException) return undefined
        throw error
      }
    },
    async create(EmailIdentity) {
      const created = await ses.send(new CreateEmailIdentityCommand({ EmailIdentity }))
      return {
        isVerified: created.VerifiedForSendingStatus === true,
        status: 'PENDING',
        dkimTokens: created.DkimAttributes?.Tokens ?? [],
      }
    },
    async account() {
      const found = await ses.send(new GetAccountCommand({}))
      return {
        hasProductionAccess: found.ProductionAccessEnabled === true,
        isSendingEnabled: found.SendingEnabled !== false,
        dailyQuota: found.SendQuota?.Max24HourSend ?? 0,
        rate: found.SendQuota?.MaxSendRate ?? 0,
      }
    },
  }
}
