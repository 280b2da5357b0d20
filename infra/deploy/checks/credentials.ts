import { errorName, reasonOf } from '../account/config.ts'
import type { AccountFacts, Caller } from '../account/facts.ts'
import { type Finding, ok, stop } from './finding.ts'

export interface Credentials {
  readonly finding: Finding
  readonly caller?: Caller
  readonly region?: string
}

/** The names of errors of credentials that were valid once (API reference of STS, "Common errors"). */
const expired = ['ExpiredToken', 'ExpiredTokenException', 'TokenProviderError']
const refused = [
  'InvalidClientTokenId',
  'SignatureDoesNotMatch',
  'UnrecognizedClientException',
  'AccessDenied',
]

/** A command without the profile that it names, so that another can take its place. */
function withoutProfile(command: string): string {
  return command.replace(/ --profile(=| )\S+/g, '')
}

/** Checks that AWS accepts the credentials, and that a region is set. */
export async function checkCredentials(facts: AccountFacts, command: string): Promise<Credentials> {
  let region = ''
  try {
    region = await facts.region()
  } catch {
    return {
      finding: stop(
        'No region is set, so it is not known where the stage is.',
        `AWS_REGION=eu-west-1 ${command}`,
        'or set one in your profile: aws configure set region eu-west-1',
      ),
    }
  }
  try {
    const caller = await facts.caller()
    return { caller, region, finding: ok(`account ${caller.account} in ${region}, as ${caller.arn}`) }
  } catch (error) {
    return { region, finding: refusal(error, command) }
  }
}

function refusal(error: unknown, command: string): Finding {
  const name = errorName(error)
  const reason = reasonOf(error)
  const withProfile = `${withoutProfile(command)} --profile NAME`
  const again = ['aws sso login --profile NAME', withProfile]
  if (expired.includes(name) || /expired/i.test(reason))
    return stop('Your AWS credentials have expired. Sign in again.', ...again)
  if (/credentials/i.test(name) || /could not load credentials/i.test(reason))
    return stop(
      'No AWS credentials are found. Set up a profile, sign in, and name the profile.',
      'aws configure sso',
      ...again,
    )
  if (refused.includes(name))
    return stop(
      `AWS does not accept your credentials (${name}). Check the keys, or use another profile.`,
      'aws sts get-caller-identity',
      withProfile,
    )
  return stop(
    `AWS cannot be asked who you are: ${reason}. Check the network and the region, then try again.`,
    command,
  )
}
