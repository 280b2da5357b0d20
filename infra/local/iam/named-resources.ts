import { createResolver, type Properties } from '../cloud/template.ts'

const pseudoParameters = ['AccountId', 'Partition', 'Region', 'StackName', 'URLSuffix']

/**
 * Resolves intrinsics to the names that a template uses itself: a resource is its logical id, and so is its ARN. Another
 * attribute follows after a dot, such as `EventStore.StreamArn`.
 */
export const nameResources: (properties: Properties) => Properties = createResolver(
  Object.fromEntries(pseudoParameters.map((name) => [`AWS::${name}`, `<${name}>`])),
  (logicalId, attribute) =>
    attribute === 'Ref' || attribute === 'Arn' ? logicalId : `${logicalId}.${attribute}`,
)
