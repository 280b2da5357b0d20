import { anyCharacter, anyText, matchesGlob } from '../cloud/glob.ts'
import { fieldsOf } from '../cloud/template.ts'
import type { Permission } from '../gateway/aws-service.ts'

/** An action on a resource that a statement names, as the template writes both. */
export interface Grant {
  readonly action: string
  /** With a condition on `s3:prefix`: `Files if s3:prefix is incoming/*`. */
  readonly resource: string
  /** The policy, and the position of the statement in it: `ProjectorRoleDefaultPolicy.0`. */
  readonly statement: string
}

interface CompiledGrant extends Grant {
  covers(permission: Permission): boolean
}

/** A statement of a policy, compiled. */
interface Statement {
  readonly denies: boolean
  readonly grants: readonly CompiledGrant[]
}

export type Policy = readonly Statement[]

type Fields = Readonly<Record<string, unknown>>

const modelled = ['Sid', 'Effect', 'Action', 'Resource', 'Principal', 'Condition']

/**
 * Compiles a policy document whose intrinsics are resolved. `named` is the same document with the names that the template
 * uses. In the policy of a resource, only statements that deny something to everyone are modelled, and `*` means the
 * resource itself.
 *
 * @throws Error that names the place and the part that is not modelled, such as a condition.
 */
export function compilePolicy(document: unknown, where: string, named = document): Policy {
  const statements = (document as Fields | undefined)?.['Statement'] // checked field by field below
  if (!Array.isArray(statements)) throw new Error(`${where} has no list of statements`)
  const names = [fieldsOf(named)['Statement']].flat()
  return statements.map((statement: Fields, index) => {
    const unknown = Object.keys(statement).find((name) => !modelled.includes(name))
    if (unknown !== undefined) throw new Error(`${where}: ${unknown} of a policy is not modelled`)
    const denies = statement['Effect'] === 'Deny'
    const principal = statement['Principal']
    const everyone = principal === '*' || (isFields(principal) && principal['AWS'] === '*')
    if (principal !== undefined && !(denies && everyone)) {
      throw new Error(
        `${where}: a statement of a resource's policy is modelled only if it denies something to everyone`,
      )
    }
    return { denies, grants: grantsIn(statement, fieldsOf(names[index]), where, index) }
  })
}

/** One grant for each action, resource and prefix of a statement. */
function grantsIn(statement: Fields, named: Fields, where: string, index: number): CompiledGrant[] {
  const actions = patternsOf(statement['Action'], 'i', where)
  const resources = patternsOf(statement['Resource'], '', where)
  const names = textsOf(named['Resource'], where)
  const prefixes = prefixesOf(statement['Condition'], where)
  return actions.flatMap((action) =>
    resources.flatMap((resource, at) =>
      prefixes.map((prefix) => ({
        action: action.text,
        resource: `${names[at]}${prefix === undefined ? '' : ` if s3:prefix is ${prefix.text}`}`,
        statement: `${where}.${index}`,
        covers: (permission) =>
          action.matches(permission.action) &&
          resource.matches(permission.resource) &&
          (prefix === undefined || (permission.prefix !== undefined && prefix.matches(permission.prefix))),
      })),
    ),
  )
}

/** The grants of a policy that cover a permission. */
export function grantsFor(permission: Permission, policy: Policy): readonly Grant[] {
  return grantsOf(policy).filter((grant) => grant.covers(permission))
}

/** Everything that a policy allows. */
export function grantsOf(policy: Policy): readonly CompiledGrant[] {
  return policy.flatMap(({ denies, grants }) => (denies ? [] : grants))
}

/** The ARN of the developer: every caller that is not a function. */
export const developerArn = 'arn:aws:iam::000000000000:user/developer'

/**
 * The prefixes of a condition, or `undefined` for a statement without one. Only `StringLike` on `s3:prefix` is modelled.
 * It does not hold for a call without a prefix.
 */
function prefixesOf(condition: unknown, where: string): readonly (Pattern | undefined)[] {
  if (condition === undefined) return [undefined]
  const { StringLike, ...others } = fieldsOf(condition)
  const { 's3:prefix': patterns, ...keys } = fieldsOf(StringLike)
  const isModelled = Object.keys(others).length === 0 && Object.keys(keys).length === 0
  if (!isModelled || patterns === undefined)
    throw new Error(`${where}: Condition of a policy is not modelled, except StringLike on s3:prefix`)
  return patternsOf(patterns, '', where)
}

/**
 * Returns why a call is refused, in the words of AWS; `undefined` if it is allowed. The developer, a caller without
 * policies, may do everything that no resource denies.
 */
export function refusalOf(
  permission: Permission,
  caller: { readonly name: string; readonly policies: Policy } | undefined,
  resourcePolicy: Policy = [],
): string | undefined {
  const { action, resource } = permission
  const applies = (statement: Statement) => statement.grants.some((grant) => grant.covers(permission))
  const name = caller?.name ?? developerArn
  const refused = `User: ${name} is not authorized to perform: ${action} on resource: ${resource}`
  if (resourcePolicy.some((s) => s.denies && applies(s)))
    return `${refused} with an explicit deny in a resource-based policy`
  if (caller === undefined) return undefined
  const matching = caller.policies.filter(applies)
  if (matching.some((s) => s.denies)) return `${refused} with an explicit deny in an identity-based policy`
  if (matching.length > 0) return undefined
  return `${refused} because no identity-based policy allows the ${action} action`
}

/**
 * Whether a trust policy lets a service assume its role on behalf of the source with this ARN. The only modelled
 * conditions are those that CDK writes against confused deputies. Throws an Error that names the place and the part
 * that is not modelled.
 */
export function trusts(document: unknown, service: string, sourceArn: string, where: string): boolean {
  const context: Fields = { 'aws:SourceArn': sourceArn, 'aws:SourceAccount': sourceArn.split(':')[4] }
  const has = (oneOrSeveral: unknown, value: unknown) => [oneOrSeveral].flat().includes(value)
  const notModelled = (name: string) => new Error(`${where}: ${name} of a trust policy is not modelled`)
  const statements = [fieldsOf(document)['Statement']].flat().map(fieldsOf)
  if (statements.some(({ Effect }) => Effect === 'Deny')) throw notModelled('Deny')
  return statements.some(({ Action, Principal, Condition }) => {
    if (!has(fieldsOf(Principal)['Service'], service) || !has(Action, 'sts:AssumeRole')) return false
    const { StringEquals, ...others } = fieldsOf(Condition)
    const wanted = Object.entries(fieldsOf(StringEquals))
    const unknown = [...Object.keys(others), ...wanted.map(([key]) => key)].find((name) => !(name in context))
    if (unknown !== undefined) throw notModelled(unknown)
    return wanted.every(([key, values]) => has(values, context[key]))
  })
}

interface Pattern {
  readonly text: string
  readonly matches: (text: string) => boolean
}

/** One pattern or several. Actions are compared whatever their case. */
function patternsOf(patterns: unknown, flags: 'i' | '', where: string): readonly Pattern[] {
  return textsOf(patterns, where).map((text) => ({ text, matches: wildcard(text, flags) }))
}

function textsOf(value: unknown, where: string): readonly string[] {
  return [value].flat().map((text) => {
    if (typeof text !== 'string') throw new Error(`${where}: an action or resource is not a text`)
    return text
  })
}

/** Compiles a pattern of IAM: `*` matches any characters, `?` matches one. */
export function wildcard(pattern: string, flags: 'i' | '' = ''): (text: string) => boolean {
  const fold = (text: string) => (flags === 'i' ? text.toLowerCase() : text)
  const tokens = [...fold(pattern)].map((character) =>
    character === '*' ? anyText : character === '?' ? anyCharacter : character,
  )
  return (text) => matchesGlob(tokens, fold(text))
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null
}
