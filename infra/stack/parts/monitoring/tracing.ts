import type { Stack } from 'aws-cdk-lib'
import { CfnSamplingRule } from 'aws-cdk-lib/aws-xray'
import type { Stage } from '../../../stages/read-stage.ts'

/**
 * The share of requests that X-Ray keeps, for the functions and machines of this stage. Their names begin with that of the
 * service stack. There is none while the stage traces nothing.
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
