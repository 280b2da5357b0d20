import { CfnOutput, Stack } from 'aws-cdk-lib'
import { CfnBudget } from 'aws-cdk-lib/aws-budgets'
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions'
import type { Construct } from 'constructs'
import type { Stage } from '../../../stages/read-stage.ts'

/** The services that may publish. EventBridge is there for rules that an operator adds, such as for events of AWS Health. */
const publishers = ['cloudwatch', 'budgets', 'events']

/**
 * The topic of everything that an operator should know. It is in the data stack, so that a confirmed subscription
 * survives a new service stack. Only services of this account publish to it, over TLS.
 */
export function addAlerts(data: Construct, stage: Stage): Topic {
  const topic = new Topic(data, 'Alerts', { enforceSSL: true })
  topic.addToResourcePolicy(
    new PolicyStatement({
      sid: 'PublishFromThisAccount',
      principals: publishers.map((service) => new ServicePrincipal(`${service}.amazonaws.com`)),
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(data).account } },
    }),
  )
  const { alertEmail, budget } = stage.settings
  if (alertEmail !== undefined) topic.addSubscription(new EmailSubscription(alertEmail))
  if (budget !== undefined) addBudget(data, stage, budget, topic)
  new CfnOutput(data, 'AlertsTopicArn', { value: topic.topicArn })
  return topic
}

/**
 * A budget for the whole account. A budget by tag would see nothing until somebody activates the tag for billing, and
 * would then miss what has no tags.
 */
function addBudget(scope: Construct, { name }: Stage, amount: number, { topicArn }: Topic): void {
  const notify = (notificationType: 'ACTUAL' | 'FORECASTED', threshold: number) => ({
    notification: {
      notificationType,
      comparisonOperator: 'GREATER_THAN',
      threshold,
      thresholdType: 'PERCENTAGE',
    },
    subscribers: [{ subscriptionType: 'SNS', address: topicArn }],
  })
  new CfnBudget(scope, 'Budget', {
    budget: {
      budgetName: `annals-${name}`,
      budgetType: 'COST',
      timeUnit: 'MONTHLY',
      budgetLimit: { amount, unit: 'USD' },
    },
    notificationsWithSubscribers: [notify('ACTUAL', 80), notify('ACTUAL', 100), notify('FORECASTED', 100)],
  })
}
