import { anyCharacter, anyText, matchesGlob } from '../cloud/glob.ts'
import { fieldsOf } from '../cloud/template.ts'
import type { Permission } from '../gateway/aws-service.ts'

/** A statement of a policy, compiled. */
interface Statement {
  readonly denies: boolean
  readonly action: (action: string) => boolean
  readonly resource: (resource: string) => boolean
  /** Whether the condition holds. A condition on `s3:prefix` does not hold for a call without a prefix. */
  readonly condition: (permission: Permission) => boolean
}

export type Policy = readonly Statement[]

type Fields = Readonly<Record<string, unknown>>

const modelled = ['Sid', 'Effect', 'Action', 'Resource', 'Principal', 'Condition']

/**
 * Compiles a policy document whose intrinsics are resolved. In the policy of a resource, only statements that deny
 * something to everyone are modelled, and `*` means the resource itself.
 *
 * @throws Error that names the place and the part that is not modelled, such as a condition.
 */
export function compilePolicy(document: unknown, where: string): Policy {
  const statements = (document as Fields | undefined)?.['Statement'] // checked field by field below
  if (!Array.isArray(statements)) throw new Error(`${where} has no list of statements`)
  return statements.map((statement: Fields) => {
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
    return {
      denies,
      action: oneOf(statement['Action'], 'i', where),
      resource: oneOf(statement['Resource'], '', where),
      condition: conditionOf(statement['Condition'], where),
    }
  })
}

/** The ARN of the developer: every caller that is not a function. */
export const developerArn = 'arn:aws:iam::000000000000:user/developer'

/** Compiles a condition. Only `StringLike` on `s3:prefix` is modelled. */
function conditionOf(condition: unknown, where: string): Statement['condition'] {
  if (condition === undefined) return () => true
  const { StringLike, ...others } = fieldsOf(condition)
  const { 's3:prefix': patterns, ...keys } = fieldsOf(StringLike)
  const isModelled = Object.keys(others).length === 0 && Object.keys(keys).length === 0
  if (!isModelled || patterns === undefined)
    throw new Error(`${where}: Condition of a policy is not modelled, except StringLike on s3:prefix`)
  const matches = oneOf(patterns, '', where)
  return ({ prefix }) => prefix !== undefined && matches(prefix)
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
  const applies = (statement: Statement) =>
    statement.action(action) && statement.resource(resource) && statement.condition(permission)
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

/** Compiles one pattern or several. The flag `i` ignores case, for actions. */
function oneOf(patterns: unknown, flags: 'i' | '', where: string): (text: string) => boolean {
  const list = Array.isArray(patterns) ? patterns : [patterns]
  const tests = list.map((pattern) => {
    if (typeof pattern !== 'string') throw new Error(`${where}: an action or resource is not a text`)
    return wildcard(pattern, flags)
  })
  return (text) => tests.some((matches) => matches(text))
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
