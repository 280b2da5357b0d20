import { reasonOf } from '../account/config.ts'
import type { Mail, MailIdentity } from '../account/mail.ts'
import type { DeployPlan } from '../plan.ts'
import { type Finding, ok, stop, warning } from './finding.ts'

/** Domains that nobody can receive mail at (RFC 2606). */
const reserved = /(^|[@.])(example\.(com|net|org)|example|test|invalid|localhost)$/i

/**
 * Checks the sender of mail: that it is set, that SES has verified it or its domain, and what SES lets the account send.
 * Mail waits for the verification, so only a sender that can never be verified stops the deployment.
 */
export async function checkMail(mail: Mail, { mailFrom, stage }: DeployPlan): Promise<readonly Finding[]> {
  const domain = mailFrom.slice(mailFrom.lastIndexOf('@') + 1)
  if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(mailFrom) || reserved.test(domain))
    return [
      stop(
        `The sender address of mail is ${mailFrom || 'not set'}, and nobody can send from that.`,
        `set your own in the settings of the stage ${stage}`,
      ),
    ]
  try {
    return [await senderFinding(mail, mailFrom, domain), ...(await accountFindings(mail))]
  } catch (error) {
    return [warning(`SES cannot be asked about ${mailFrom}: ${reasonOf(error)}. Mail may not be sent.`)]
  }
}

async function senderFinding(mail: Mail, address: string, domain: string): Promise<Finding> {
  const [ofDomain, ofAddress] = [await mail.identity(domain), await mail.identity(address)]
  if (ofDomain?.isVerified) return ok(`SES has verified the domain ${domain} of ${address}`)
  if (ofAddress?.isVerified)
    return warning(
      `SES has verified the address ${address}, but not its domain. Mail has no DKIM signature of yours and may be taken for spam.`,
      `aws sesv2 create-email-identity --email-identity ${domain}`,
    )
  if (ofDomain !== undefined)
    return warning(
      `SES has not verified the domain ${domain} yet (${ofDomain.status}), so mail cannot be sent. Add these records to its DNS.`,
      ...dnsRecords(domain, ofDomain),
    )
  if (ofAddress !== undefined)
    return warning(
      `SES has not verified ${address} yet (${ofAddress.status}), so mail cannot be sent. Open the link in the mail that SES sent there.`,
      `to have it sent again: aws sesv2 delete-email-identity --email-identity ${address}, then deploy again`,
    )
  return warning(
    `SES does not know ${address} or ${domain}, so mail cannot be sent. Verify your domain.`,
    `aws sesv2 create-email-identity --email-identity ${domain}`,
    'add the DNS records that it answers: TOKEN._domainkey CNAME TOKEN.dkim.amazonses.com',
    `without a domain of your own: aws sesv2 create-email-identity --email-identity ${address}`,
  )
}

/** The DNS records that prove a domain (SES developer guide, "Easy DKIM"). */
function dnsRecords(domain: string, { dkimTokens }: MailIdentity): string[] {
  return dkimTokens.map((token) => `${token}._domainkey.${domain}  CNAME  ${token}.dkim.amazonses.com`)
}

async function accountFindings(mail: Mail): Promise<Finding[]> {
  const { hasProductionAccess, isSendingEnabled, dailyQuota, rate } = await mail.account()
  if (!isSendingEnabled)
    return [warning('SES has paused all mail of this account. The SES console says why.')]
  if (hasProductionAccess) return [ok(`SES sends ${dailyQuota} mails a day, ${rate} a second`)]
  return [
    warning(
      `SES is in the sandbox: it sends ${dailyQuota} mails a day, and only to addresses that you have verified. Ask for production access.`,
      'aws sesv2 put-account-details --production-access-enabled --mail-type TRANSACTIONAL --website-url https://YOUR-SITE',
      'to try it in the sandbox: aws sesv2 create-email-identity --email-identity RECIPIENT',
    ),
  ]
}
