import type { Stack } from 'aws-cdk-lib'
import type { CfnRule } from 'aws-cdk-lib/aws-events'
import { addAlarm } from './alarm.ts'
import { metricOf } from './aws-metric.ts'
import { sumOf } from './store-alarms.ts'
import type { Watched } from './watched.ts'

/** Maximum number of metrics in one alarm. Source: "CloudWatch service quotas" in its user guide. */
const maxMetrics = 10

/**
 * Events that a rule neither delivered nor kept in its queue, and so are lost. The numbers of several rules are one alarm,
 * because the cause is nearly always common: a queue that refuses the rules.
 */
export function watchRules(stack: Stack, { rules }: Watched): void {
  for (let from = 0; from < rules.length; from += maxMetrics) {
    const some = rules.slice(from, from + maxMetrics)
    addAlarm(stack, {
      name: from === 0 ? 'LostEvents' : `LostEvents${from / maxMetrics + 1}`,
      metric: sumOf('Lost events', some.map(lostBy)),
      description:
        'A rule could neither deliver an event nor keep it in its queue. The dashboard says which rule.',
    })
  }
}

/** AWS names the rules of the account's default bus by `RuleName` alone. */
export function lostBy({ name, eventBusName }: CfnRule) {
  return metricOf({
    namespace: 'AWS/Events',
    metricName: 'FailedInvocations',
    statistic: 'Sum',
    dimensionsMap: {
      RuleName: name ?? '',
      ...(eventBusName !== undefined && { EventBusName: eventBusName }),
    },
  })
}

const runs = {
  Failed: ['ExecutionsFailed', 'A run failed. The execution log and the log of the failed step say why.'],
  TimedOut: ['ExecutionsTimedOut', 'A run took longer than it may, so nothing closed its upload yet.'],
  Aborted: ['ExecutionsAborted', 'A run was stopped from outside, so nothing closed its upload yet.'],
  Throttled: [
    'ExecutionThrottled',
    'Step Functions delays runs: the account starts more of them than its quota allows.',
  ],
} as const

/** Every way in which a run of a state machine can end without its own last step. */
export function watchMachines(stack: Stack, { machines }: Watched): void {
  for (const machine of machines)
    for (const [ending, [metricName, description]] of Object.entries(runs))
      addAlarm(stack, {
        name: `${machine.node.id}${ending}`,
        metric: metricOf({
          namespace: 'AWS/States',
          metricName,
          statistic: 'Sum',
          dimensionsMap: { StateMachineArn: machine.attrArn },
        }),
        description,
      })
}

/** The rates at which SES begins to review an account. Source: "Reputation metrics messages" in its developer guide. */
const rates = {
  Bounces: ['Reputation.BounceRate', 0.05],
  Complaints: ['Reputation.ComplaintRate', 0.001],
} as const

/** The reputation of the account's sender. SES pauses an account whose mail bounces or annoys. */
export function watchMail(stack: Stack): void {
  for (const [name, [metricName, threshold]] of Object.entries(rates))
    addAlarm(stack, {
      name: `Mail${name}`,
      metric: metricOf({ namespace: 'AWS/SES', metricName, statistic: 'Average', minutes: 60 }),
      threshold,
      description: `${100 * threshold}% ${name.toLowerCase()}: SES may stop sending mail for this account.`,
    })
}
