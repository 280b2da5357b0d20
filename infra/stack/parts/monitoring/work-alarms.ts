import type { Stack } from 'aws-cdk-lib'
import type { CfnRule } from 'aws-cdk-lib/aws-events'
import { addAlarm } from './alarm.ts'
import { metricOf, querySum } from './aws-metric.ts'
import type { Watched } from './watched.ts'

/**
 * Events that a rule neither delivered nor kept in its queue, and so are lost. The rules of a bus are one alarm, because
 * the cause is nearly always common: a queue that refuses them.
 */
export function watchRules(stack: Stack, { buses, rules }: Watched): void {
  const description =
    'A rule could neither deliver an event nor keep it in its queue. The dashboard says which rule.'
  for (const { node, eventBusName } of buses)
    addAlarm(stack, {
      name: `${node.id}Lost`,
      metric: querySum('Lost events', {
        namespace: 'AWS/Events',
        metricName: 'FailedInvocations',
        dimensions: ['EventBusName', 'RuleName'],
        of: eventBusName,
      }),
      description,
    })
  // The account's default bus has rules of others, too.
  for (const rule of rules)
    if (rule.eventBusName === undefined)
      addAlarm(stack, { name: `${rule.node.id}Lost`, metric: lostBy(rule), description })
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
