import { AwsSolutionsChecks, type NagPack, ServerlessChecks } from 'cdk-nag'
import type { IConstruct } from 'constructs'
import type { WildcardReason } from './grant-reason.ts'
import type { NagAcknowledgement } from './nag-reason.ts'

/** A finding of cdk-nag. */
export interface NagFinding {
  readonly rule: string
  /** Path of the construct in its stack, such as `UploadPipelineRole/DefaultPolicy`. */
  readonly resource: string
  /** The part of the resource, for a rule that judges parts: `Resource::Files/incoming/*`. */
  readonly part?: string
}

/** The findings of the packs AwsSolutions and Serverless in the resources of a scope. */
export function nagFindings(scope: IConstruct): NagFinding[] {
  const packs: readonly NagPack[] = [new AwsSolutionsChecks(), new ServerlessChecks()]
  return packs.flatMap((pack) =>
    pack.validateScope(scope).violations.flatMap(({ ruleName, violatingResources }) => {
      const [, rule = ruleName, part] = /^([^[]+)\[(.*)\]$/.exec(ruleName) ?? []
      return violatingResources.map(({ constructPath = '' }) => ({
        rule,
        resource: constructPath.replace(/^[^/]+\//, '').replace(/\/Resource$/, ''),
        ...(part !== undefined && { part: withoutDigests(part) }),
      }))
    }),
  )
}

/**
 * The rule that reports each wildcard of a grant. A wildcard has its reason beside the grants. The rule does not say which
 * action a resource is granted for; `unexplainedWildcards` compares both.
 */
const wildcardRule = 'AwsSolutions-IAM5'

/** The findings that nothing acknowledges, a line each. */
export function unacknowledged(
  findings: readonly NagFinding[],
  acknowledgements: readonly NagAcknowledgement[],
  wildcards: readonly WildcardReason[],
): string[] {
  return findings
    .filter(({ rule, part }) => rule !== wildcardRule || !isExplained(part, wildcards))
    .filter((finding) => !acknowledgements.some((one) => acknowledges(one, finding)))
    .map(({ rule, resource, part }) => [rule, resource, part ?? ''].join(' ').trimEnd())
}

/** The acknowledgements that suppress nothing any longer, a line for each rule and resource. */
export function staleAcknowledgements(
  findings: readonly NagFinding[],
  acknowledgements: readonly NagAcknowledgement[],
): string[] {
  return acknowledgements.flatMap(({ rule, resources }) =>
    resources
      .filter((resource) => !findings.some((one) => one.rule === rule && one.resource === resource))
      .map((resource) => `${rule} ${resource}`),
  )
}

function acknowledges({ rule, resources }: NagAcknowledgement, finding: NagFinding): boolean {
  return rule === finding.rule && resources.includes(finding.resource)
}

function isExplained(part: string | undefined, wildcards: readonly WildcardReason[]): boolean {
  const [, kind, text = ''] = /^(Action|Resource)::(.*)$/.exec(part ?? '') ?? []
  return wildcards.some(({ actions, resource }) =>
    kind === 'Action' ? actions.includes(text) : resource === text,
  )
}

/** `<Files8E6940B8.Arn>/incoming/*` is named `Files/incoming/*`. */
function withoutDigests(part: string): string {
  return part.replaceAll(/<([A-Za-z0-9]+?)(?:[0-9A-F]{8})?(?:\.Arn)?>/g, '$1')
}
