import { reasonOf } from '../account/config.ts'
import type { Mail, MailIdentity } from '../account/mail.ts'
import type { DeployPlan } from '../plan.ts'
import { type Finding, ok, stop, warning } from './finding.ts'

/** Domains that nobody can receive mail at (RFC 2606). */
const reserved = /(^|\.)(example\.(com|net|org)|example|test|invalid|localhost)$/i

/** The identity of SES that sends the mail of a stage. The functions have the right to use this one only. */
export function senderOf({ mailFrom, mailDomain }: Pick<DeployPlan, 'mailFrom' | 'mailDomain'>): string {
  return mailDomain ?? mailFrom
}

/**
 * Checks the sender of mail: that it is set, that SES has verified it, and what SES lets the account send. Mail waits for
 * the verification, so only settings that can never work stop the deployment.
 */
export async function checkMail(mail: Mail, plan: DeployPlan, command: string): Promise<readonly Finding[]> {
  const { mailFrom, mailDomain, stage } = plan
  const settings = `infra/stages/${stage}.ts`
  const domain = domainOf(mailFrom)
  if (reserved.test(domain))
    return [
      stop(
        `The sender address of mail is ${mailFrom}, and nobody can send from that.`,
        `set mail.from in ${settings}, or MAIL_FROM=you@your-domain`,
      ),
    ]
  if (mailDomain !== undefined && domain !== mailDomain && !domain.endsWith(`.${mailDomain}`))
    return [
      stop(
        `The sender address ${mailFrom} is not in the domain ${mailDomain}, so SES would refuse it.`,
        `make mail.from and mail.domain agree in ${settings}`,
      ),
    ]
  try {
    const sender = await senderFinding(mail, plan)
    const account = await accountFindings(mail, plan)
    return [sender, ...(await codeFindings(mail, plan, command)), ...account]
  } catch (error) {
    return [warning(`SES cannot be asked about ${senderOf(plan)}: ${reasonOf(error)}. Mail may not be sent.`)]
  }
}

async function senderFinding(mail: Mail, plan: DeployPlan): Promise<Finding> {
  const { mailFrom, mailDomain, stage } = plan
  const found = await mail.identity(senderOf(plan))
  const domain = domainOf(mailFrom)
  if (mailDomain === undefined && found?.isVerified !== true && (await mail.identity(domain))?.isVerified)
    return stop(
      `SES has verified the domain ${domain}, but the functions may only send as ${mailFrom}. Name the domain.`,
      `set mail.domain to '${domain}' in infra/stages/${stage}.ts`,
    )
  if (found === undefined)
    return warning(
      `SES does not know ${senderOf(plan)} yet. The deployment creates it, and mail waits until it is verified.`,
    )
  if (!found.isVerified) return pendingFinding(plan, found)
  if (mailDomain !== undefined) return ok(`SES has verified the domain ${mailDomain} of ${mailFrom}`)
  return warning(
    `SES has verified the address ${mailFrom}, but not its domain. Mail has no DKIM signature of yours and may be taken for spam.`,
    `set mail.domain to '${domain}' in infra/stages/${stage}.ts if the domain is yours`,
  )
}

/** Whether the user pool can send its codes. Cognito refuses a pool whose sender SES has not verified. */
async function codeFindings(mail: Mail, plan: DeployPlan, command: string): Promise<readonly Finding[]> {
  const settings = `infra/stages/${plan.stage}.ts`
  const isVerified = (await mail.identity(senderOf(plan)))?.isVerified === true
  if (plan.codesBySes && !isVerified)
    return [
      stop(
        `The settings let the user pool send codes through SES (mail.codes), and SES has not verified ${senderOf(plan)}.`,
        `aws sesv2 create-email-identity --email-identity ${senderOf(plan)}`,
        `or deploy with mail.codes 'COGNITO' in ${settings} first, and change it when SES has verified the sender`,
        command,
      ),
    ]
  if (plan.codesBySes) return []
  return [
    warning(
      'The user pool sends codes from an address of Cognito, 50 codes a day at most. That is enough to try it.',
      `for more, once SES has verified the sender: set mail.codes to 'SES' in ${settings}`,
    ),
  ]
}

/** An identity that SES is still verifying, with what its owner has to do. */
export function pendingFinding(
  plan: Pick<DeployPlan, 'mailFrom' | 'mailDomain'>,
  { status, dkimTokens }: MailIdentity,
): Finding {
  const { mailFrom, mailDomain } = plan
  if (mailDomain === undefined)
    return warning(
      `SES has not verified ${mailFrom} yet (${status}), so mail cannot be sent. Open the link in the mail that SES sent there.`,
      `to have it sent again: aws sesv2 delete-email-identity --email-identity ${mailFrom}, then deploy again`,
    )
  // SES developer guide, "Easy DKIM".
  return warning(
    `SES has not verified the domain ${mailDomain} yet (${status}), so mail cannot be sent. Add these records to its DNS.`,
    ...dkimTokens.map((token) => `${token}._domainkey.${mailDomain}  CNAME  ${token}.dkim.amazonses.com`),
  )
}

async function accountFindings(mail: Mail, { mailPerSecond, stage }: DeployPlan): Promise<Finding[]> {
  const { hasProductionAccess, isSendingEnabled, dailyQuota, rate } = await mail.account()
  if (!isSendingEnabled)
    return [warning('SES has paused all mail of this account. The SES console says why.')]
  const findings: Finding[] = []
  if (mailPerSecond > rate)
    findings.push(
      warning(
        `The settings count on ${mailPerSecond} mails a second, and SES sends ${rate}. Mail is delayed by refusals.`,
        `set mail.perSecond to ${rate} in infra/stages/${stage}.ts`,
      ),
    )
  if (hasProductionAccess) return [...findings, ok(`SES sends ${dailyQuota} mails a day, ${rate} a second`)]
  return [
    ...findings,
    warning(
      `SES is in the sandbox: it sends ${dailyQuota} mails a day, and only to addresses that you have verified. Ask for production access.`,
      'aws sesv2 put-account-details --production-access-enabled --mail-type TRANSACTIONAL --website-url https://YOUR-SITE',
      'to try it in the sandbox: aws sesv2 create-email-identity --email-identity RECIPIENT',
    ),
  ]
}

function domainOf(address: string): string {
  return address.slice(address.lastIndexOf('@') + 1)
}
