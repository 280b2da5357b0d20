import { projectSteps } from './project.ts'
import type { FeatureSteps } from './step.ts'

/** The steps of each feature, between the registration of the person and the end of the account. */
export const featureSteps: readonly FeatureSteps[] = [projectSteps]
