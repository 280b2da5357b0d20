import type { Stack } from 'aws-cdk-lib'
import { CfnSamplingRule } from 'aws-cdk-lib/aws-xray'
import type { Stage } from '../../../stages/read-stage.ts'

/**
 * The share of runs and requests that X-Ray traces, for the machines and functions of this stage, whose names begin with
 * that of the service stack. Machines ask for it. AWS documents that Lambda does not: it traces one request a second and 5%
 * of the rest. There is no rule while the stage traces nothing.
 */
export function addSampling(stack: Stack, { name, settings: { traceRate } }: Stage): void {
  if (traceRate === 0) return
  new CfnSamplingRule(stack, 'Sampling', {
    samplingRule: {
      ruleName: `annals-${name}`,
      priority: 1000,
      fixedRate: traceRate,
      reservoirSize: 0,
      serviceName: `${stack.stackName}-*`,
      serviceType: '*',
      host: '*',
      httpMethod: '*',
      urlPath: '*',
      resourceArn: '*',
      version: 1,
    },
  })
}
