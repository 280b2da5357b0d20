import { Fn } from 'aws-cdk-lib'
import { CfnScalableTarget, CfnScalingPolicy } from 'aws-cdk-lib/aws-applicationautoscaling'
import type { StageSettings } from '../../../stages/stage-settings.ts'
import { aliasOf, type LiveFunction } from '../lambda-function.ts'

/** The share of the environments kept ready above which more are added. */
const busyShare = 0.7

/**
 * Keeps environments of a function ready, as the settings say: the number of `provisioned`, more of them while most are
 * busy, and more at the times of `peaks`. Does nothing for a function that the settings do not name.
 */
export function provisionEnvironments(target: LiveFunction, { concurrency }: StageSettings): void {
  const { id } = target.node
  const least = concurrency.provisioned[id] ?? 0
  if (least === 0) return
  const most = concurrency.maximum?.[id] ?? Math.min(2 * least, concurrency.reserved[id] ?? 2 * least)
  const alias = aliasOf(target)
  alias.provisionedConcurrencyConfig = { provisionedConcurrentExecutions: least }
  const [name, qualifier] = [6, 7].map((part) => Fn.select(part, Fn.split(':', target.live.functionArn)))
  const scaling = new CfnScalableTarget(target, 'Environments', {
    serviceNamespace: 'lambda',
    scalableDimension: 'lambda:function:ProvisionedConcurrency',
    resourceId: Fn.join(':', ['function', name ?? '', qualifier ?? '']),
    minCapacity: least,
    maxCapacity: most,
    scheduledActions: (concurrency.peaks?.[id] ?? []).flatMap(({ from, to, environments }, index) => [
      scheduled(`Peak${index}Begins`, from, environments, Math.max(most, environments)),
      scheduled(`Peak${index}Ends`, to, least, most),
    ]),
  })
  // Not every region knows tags of this type yet.
  scaling.addPropertyDeletionOverride('Tags')
  new CfnScalingPolicy(target, 'EnvironmentsByUse', {
    policyName: `${id}Environments`,
    policyType: 'TargetTrackingScaling',
    scalingTargetId: scaling.ref,
    targetTrackingScalingPolicyConfiguration: {
      targetValue: busyShare,
      predefinedMetricSpecification: { predefinedMetricType: 'LambdaProvisionedConcurrencyUtilization' },
    },
  })
}

function scheduled(
  scheduledActionName: string,
  schedule: string,
  minCapacity: number,
  maxCapacity: number,
): CfnScalableTarget.ScheduledActionProperty {
  return {
    scheduledActionName,
    schedule,
    timezone: 'UTC',
    scalableTargetAction: { minCapacity, maxCapacity },
  }
}
