import { reasonOf } from '../account/config.ts'
import type { AccountFacts } from '../account/facts.ts'
import { type Finding, ok, stop, warning } from './finding.ts'

/** The version that a template of CDK's default synthesizer asks for. */
const requiredVersion = 6

/** Checks that CDK's bootstrap stack, which holds the bucket for the code, is in the account and region. */
export async function checkBootstrap(
  facts: AccountFacts,
  {
    account,
    region,
    command,
  }: { readonly account: string; readonly region: string; readonly command: string },
): Promise<Finding> {
  const remedy = [
    'npm ci --prefix infra/deploy',
    `infra/deploy/node_modules/.bin/cdk bootstrap aws://${account}/${region}`,
    command,
  ]
  try {
    const version = await facts.bootstrapVersion()
    if (version === undefined)
      return stop(
        `CDK is not set up in account ${account} and region ${region}. Bootstrap it once; this costs almost nothing.`,
        ...remedy,
      )
    if (version < requiredVersion)
      return stop(
        `CDK's bootstrap stack has version ${version}, and version ${requiredVersion} is needed. Bootstrap again.`,
        ...remedy,
      )
    return ok(`CDK is set up (bootstrap version ${version})`)
  } catch (error) {
    return warning(`Whether CDK is set up cannot be read: ${reasonOf(error)}. The deployment tries it.`)
  }
}
