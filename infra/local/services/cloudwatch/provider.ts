import type { ServiceProvider } from '../../cloud/provider.ts'
import { account, byLogicalId, nameFrom } from '../../cloud/resource-names.ts'
import { type Logs, openLogs } from './logs-service.ts'
import { logsOperations } from './operations.ts'

const groupType = 'AWS::Logs::LogGroup'

/** Keeps the recent lines of functions. Metrics and alarms have no effect here. */
export const cloudWatch: ServiceProvider<Pick<Logs, 'append'>> = {
  service: 'CloudWatch',
  resources: {
    [groupType]: {
      modelled:
        'Keeps the last lines of its function, at most 8 MB. The log of the local cloud shows all lines.',
      names(group) {
        const name = nameFrom(undefined, group)
        return { Ref: name, Arn: `arn:aws:logs:${group.region}:${account}:log-group:${name}:*` }
      },
    },
    'AWS::Logs::MetricFilter': { modelled: 'Accepted, without effect.', names: byLogicalId },
    'AWS::CloudWatch::Alarm': { modelled: 'Accepted, without effect.', names: byLogicalId },
    'AWS::CloudWatch::CompositeAlarm': { modelled: 'Accepted, without effect.', names: byLogicalId },
  },
  operations: logsOperations,
  open(context) {
    const groups = context
      .resourcesOf(groupType)
      .map(({ logicalId }) => ({ name: context.nameOf(logicalId), arn: context.nameOf(logicalId, 'Arn') }))
    const logs = openLogs(context.options.dataDir, groups)
    context.serve(logs.service)
    return logs
  },
}
