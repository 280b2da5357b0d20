import { settings } from '../build/settings.ts'
import type { DeployPlan } from './plan.ts'

/** The plan of a stage, from its settings. */
export function planOf(stage: string): DeployPlan {
  return {
    stage,
    dataStack: `annals-${stage}-data`,
    serviceStack: `annals-${stage}-service`,
    mailFrom: settings().mailFrom,
    reservedConcurrency: 0,
  }
}
