import { reasonOf } from '../account/config.ts'
import type { AccountFacts } from '../account/facts.ts'
import type { DeployPlan } from '../plan.ts'
import { type Finding, ok, stop, warning } from './finding.ts'

/** Lambda keeps this much for functions that reserve nothing (Lambda developer guide, "Reserved concurrency"). */
const alwaysUnreserved = 100
/** The quota of an account that has been used for a while. A new account may have 10. */
const usualLimit = 1000
/** The quota "Concurrent executions" of Lambda, in Service Quotas. */
const increase = `aws service-quotas request-service-quota-increase --service-code lambda --quota-code L-B99A9384 --desired-value ${usualLimit}`

/** Checks the settings against the number of functions that the account may run at once. */
export async function checkConcurrency(
  facts: AccountFacts,
  { concurrency: wanted, stage }: DeployPlan,
  isFirst: boolean,
): Promise<Finding> {
  const settings = `or set less aside under concurrency in infra/stages/${stage}.ts`
  try {
    const { limit, unreserved } = await facts.concurrency()
    // A stack that exists has its own reservations in the account's figure.
    const available = (isFirst ? unreserved : limit) - alwaysUnreserved
    if (wanted > 0 && wanted > available)
      return stop(
        `The settings set ${wanted} concurrent executions aside, and the account has ${Math.max(available, 0)} for that (quota ${limit}).`,
        increase,
        settings,
      )
    if (limit < usualLimit)
      return warning(
        `The account may run ${limit} functions at once, so a burst of requests delays projections and mail. Ask for more.`,
        increase,
      )
    return ok(`${limit} concurrent executions, ${wanted} of them set aside by this stage`)
  } catch (error) {
    return warning(`The concurrency quota cannot be read: ${reasonOf(error)}.`)
  }
}
