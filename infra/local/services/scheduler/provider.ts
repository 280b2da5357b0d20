import type { ServiceProvider } from '../../cloud/provider.ts'
import { account, nameFrom } from '../../cloud/resource-names.ts'
import { iam } from '../../iam/provider.ts'
import { lambda } from '../lambda/provider.ts'
import { sqs } from '../sqs/provider.ts'
import { schedulerOperations } from './operations.ts'
import { schedulesPage } from './page.ts'
import { openScheduler } from './service.ts'
import { showSchedules } from './showing.ts'
import { readSchedule } from './template.ts'

const scheduleType = 'AWS::Scheduler::Schedule'

export const scheduler: ServiceProvider = {
  service: 'EventBridge Scheduler',
  resources: {
    [scheduleType]: {
      modelled:
        'A schedule of the default group that invokes a function, with its time zone, window, retries and dead-letter queue.',
      names(schedule) {
        const name = nameFrom(schedule.properties['Name'], schedule)
        return { Ref: name, Arn: `arn:aws:scheduler:${schedule.region}:${account}:schedule/default/${name}` }
      },
    },
  },
  operations: schedulerOperations,
  open(context) {
    const { find, invokeAsync } = context.use(lambda)
    const { queues } = context.use(sqs)
    const schedules = context.resourcesOf(scheduleType).map(({ logicalId, properties }) =>
      readSchedule({
        logicalId,
        arn: context.nameOf(logicalId, 'Arn'),
        properties,
        findQueue: queues.find,
      }),
    )
    const sourceArn = `arn:aws:scheduler:${context.stack.region}:${account}:schedule-group/default`
    const permissions = context.use(iam)
    for (const { roleArn, targetArn, deadLetters } of schedules)
      permissions.demandOfRole(roleArn, { service: 'scheduler.amazonaws.com', sourceArn }, [
        { action: 'lambda:InvokeFunction', resource: find(targetArn).arn },
        ...(deadLetters ? [{ action: 'sqs:SendMessage', resource: deadLetters.arn }] : []),
      ])
    const opened = openScheduler({
      ...context.options,
      schedules,
      invoke: invokeAsync,
      onUse({ roleArn, targetArn, deadLetters }, action) {
        const resource = action === 'sqs:SendMessage' ? deadLetters?.arn : targetArn
        permissions.use({ roleArn }, { action, resource: resource ?? '' })
      },
    })
    context.closeAfter(opened.close)
    const declared = context.resourcesOf(scheduleType).map(({ logicalId, properties }) => ({
      name: context.nameOf(logicalId),
      arn: context.nameOf(logicalId, 'Arn'),
      properties,
    }))
    context.serve(showSchedules(declared, context.stack.region))
    context.servePage((url, request) => schedulesPage(opened, url, request))
  },
}
