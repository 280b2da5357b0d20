import type { DeclaredGrants, NamedGrant } from '../../kit/local-cloud/grants.ts'
import { describeGrant } from '../../kit/local-cloud/grants.ts'
import type { OnBehalfReason, WildcardReason } from './grant-reason.ts'

/** The grants that neither a test used nor a service uses on behalf of the template, a line each. */
export function unusedGrants(
  declared: DeclaredGrants,
  used: readonly NamedGrant[],
  onBehalf: readonly OnBehalfReason[],
): string[] {
  const proved = new Set(used.map(describeGrant))
  return declared.grants
    .filter((grant) => !proved.has(describeGrant(grant)))
    .filter((grant) => !onBehalf.some((reason) => isFor(reason, grant, declared)))
    .map(describeGrant)
}

/** The actions of reasons that are no longer granted, a line each. */
export function staleOnBehalf(declared: DeclaredGrants, onBehalf: readonly OnBehalfReason[]): string[] {
  return onBehalf.flatMap((reason) =>
    reason.actions
      .filter(
        (action) =>
          !declared.grants.some((grant) => grant.action === action && isFor(reason, grant, declared)),
      )
      .map((action) => `${reason.service} uses ${action} on ${placeOf(reason)}`),
  )
}

/** The grants with a wildcard that has no reason, a line each. */
export function unexplainedWildcards(
  { grants }: DeclaredGrants,
  wildcards: readonly WildcardReason[],
): string[] {
  const isExplained = ({ action, resource }: NamedGrant) =>
    wildcards.some((reason) => reason.resource === resource && reason.actions.includes(action))
  return grants.filter(hasWildcard).flatMap((grant) => (isExplained(grant) ? [] : [describeGrant(grant)]))
}

/** The reasons for wildcards that no grant has any longer, a line each. */
export function staleWildcards({ grants }: DeclaredGrants, wildcards: readonly WildcardReason[]): string[] {
  return wildcards.flatMap(({ actions, resource }) =>
    actions
      .filter((action) => !grants.some((grant) => grant.action === action && grant.resource === resource))
      .map((action) => `${action} on ${resource}`),
  )
}

function hasWildcard({ action, resource }: NamedGrant): boolean {
  return /[*?]/.test(`${action} ${resource}`)
}

function isFor({ actions, on }: OnBehalfReason, grant: NamedGrant, declared: DeclaredGrants): boolean {
  const { holder, action, resource } = grant
  if (!actions.includes(action)) return false
  if (on === 'the log group of the function') return declared.logGroups.get(holder) === resource
  if (on === 'an event source of the function')
    return declared.eventSources.get(holder)?.includes(resource) === true
  if (on === 'the traces of the function') return resource === '*' && declared.traced.has(holder)
  return on.holder === holder && on.resource === resource
}

function placeOf({ on }: OnBehalfReason): string {
  return typeof on === 'string' ? on : `${on.resource} for ${on.holder}`
}

/** A run of tests. */
export interface TestRun {
  /** Whether it ran only the tests with certain names. */
  readonly isFiltered: boolean
  /** The lanes that it was asked for. */
  readonly lanes: readonly string[]
  /** Every file of these lanes, whether it ran or not. */
  readonly files: readonly { readonly lane: string; readonly path: string }[]
  /** The files that ran and did not fail. */
  readonly passed: readonly string[]
}

/** Whether every test of these lanes ran and did not fail. */
export function isWhole(run: TestRun, lanes: readonly string[]): boolean {
  const passed = new Set(run.passed)
  return (
    !run.isFiltered &&
    lanes.every((lane) => run.lanes.includes(lane)) &&
    run.files.filter(({ lane }) => lanes.includes(lane)).every(({ path }) => passed.has(path))
  )
}
