import type { ServiceProvider } from '../../cloud/provider.ts'
import { account, nameFrom } from '../../cloud/resource-names.ts'
import { iam } from '../../iam/provider.ts'
import { lambda } from '../lambda/provider.ts'
import { sqs } from '../sqs/provider.ts'
import { stepFunctions } from '../step-functions/provider.ts'
import { isStateMachine } from '../step-functions/state-machines.ts'
import { eventBridgeOperations } from './operations.ts'
import { type EventBuses, openEventBuses } from './service.ts'
import { nameRule } from './template.ts'

const busType = 'AWS::Events::EventBus'
const ruleType = 'AWS::Events::Rule'

/** Whether a target is a queue. */
const isQueue = (arn: string) => arn.startsWith('arn:aws:sqs:')

export const eventBridge: ServiceProvider<Pick<EventBuses, 'publish'>> = {
  service: 'EventBridge',
  resources: {
    [busType]: {
      modelled: 'A bus for events of the application.',
      names(bus) {
        const name = nameFrom(bus.properties['Name'], bus)
        const arn = `arn:aws:events:${bus.region}:${account}:event-bus/${name}`
        return { Ref: name, Name: name, Arn: arn }
      },
    },
    [ruleType]: {
      modelled:
        'A rule with an event pattern, whose targets are functions, queues and state machines, with their retries, input ' +
        'transformers and dead-letter queues.',
      names(rule) {
        const { Name, EventBusName } = rule.properties
        return nameRule(rule, rule.logicalId, rule.resolve({ Name, EventBusName }))
      },
    },
  },
  operations: eventBridgeOperations,
  open(context) {
    const { find, invokeAsync } = context.use(lambda)
    const { queues, policies } = context.use(sqs)
    const machines = context.use(stepFunctions)
    const opened = openEventBuses({
      ...context.options,
      buses: context.resourcesOf(busType).map(({ logicalId }) => context.nameOf(logicalId, 'Name')),
      rules: context.resourcesOf(ruleType).map(({ logicalId, properties }) => ({
        arn: context.nameOf(logicalId, 'Arn'),
        name: context.nameOf(logicalId, 'Name'),
        properties,
      })),
      invoke(arn, input, id) {
        if (isQueue(arn)) return queues.find(arn).send(JSON.stringify(input))
        if (!isStateMachine(arn)) return invokeAsync(arn, input)
        const roleArn = opened.targets.find((target) => target.arn === arn)?.roleArn
        if (roleArn !== undefined)
          context.use(iam).use({ roleArn }, { action: 'states:StartExecution', resource: arn })
        return machines.start(arn, input, id)
      },
      findQueue: queues.find,
    })
    context.closeAfter(opened.close)
    context.serve(opened.service)
    for (const { rule, arn, roleArn, deadLetters } of opened.targets) {
      if (isStateMachine(arn)) machines.demandStart(rule, arn, roleArn)
      else if (isQueue(arn)) policies.demandSend('events.amazonaws.com', rule, queues.find(arn))
      else context.use(iam).demandInvoke('events.amazonaws.com', rule, find(arn))
      if (deadLetters) policies.demandSend('events.amazonaws.com', rule, deadLetters)
    }
    return opened
  },
}
