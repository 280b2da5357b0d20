import { account, type StackIdentity } from '../../cloud/resource-names.ts'
import { allowOnly, fieldsOf, type Properties } from '../../cloud/template.ts'
import type { DeadLetters } from '../sqs/dead-letters.ts'
import { type BusEvent, compileInput } from './input.ts'
import { compilePattern } from './pattern.ts'

/** An `AWS::Events::Rule` with resolved properties. */
export interface Rule {
  readonly arn: string
  readonly name: string
  readonly properties: Properties
}

/**
 * Returns `Ref` and `Arn` of a rule with resolved properties. For a rule of the default bus, both leave out the bus.
 */
export function nameRule(stack: StackIdentity, logicalId: string, properties: Properties) {
  const { Name = `${stack.prefix}-${logicalId}`, EventBusName = 'default' } = properties
  const bus = busOf(String(EventBusName))
  const path = bus === 'default' ? String(Name) : `${bus}/${Name}`
  const Arn = `arn:aws:events:${stack.region}:${account}:rule/${path}`
  return { Ref: path.replace('/', '|'), Name: String(Name), Arn }
}

const modelledOfRule = ['Name', 'Description', 'EventBusName', 'EventPattern', 'State', 'Targets', 'Tags']
const modelledOfTarget = [
  'Arn',
  'Id',
  'RoleArn',
  'DeadLetterConfig',
  'RetryPolicy',
  'InputPath',
  'InputTransformer',
]
export const daySeconds = 86_400

/** Returns a rule that can match events. Throws an Error that names a property that is not modelled or not valid. */
export function compileRule({ arn, name, properties }: Rule, findQueue: (arn: string) => DeadLetters) {
  allowOnly(modelledOfRule, properties, name)
  const { EventPattern, EventBusName = 'default', State, Targets = [] } = properties
  const matches = compilePattern(EventPattern)
  // CloudFormation's schema requires an array of objects.
  const targets = (Targets as Properties[]).map((target) => {
    allowOnly(modelledOfTarget, target, `${name}.Targets`)
    const policy = fieldsOf(target['RetryPolicy'])
    const { MaximumRetryAttempts: retries = 185, MaximumEventAgeInSeconds: age = daySeconds } = policy
    const deadLetters = fieldsOf(target['DeadLetterConfig'])['Arn']
    return {
      rule: arn,
      key: `${arn} ${target['Id']}`,
      arn: String(target['Arn']),
      limits: { retries: Number(retries), maxAgeMs: Number(age) * 1000 },
      input: compileInput(target, { arn, name }),
      roleArn: target['RoleArn'] === undefined ? undefined : String(target['RoleArn']),
      deadLetters: deadLetters === undefined ? undefined : findQueue(String(deadLetters)),
    }
  })
  const isOn = State !== 'DISABLED'
  return { bus: busOf(String(EventBusName)), matches: (event: BusEvent) => isOn && matches(event), targets }
}

export type RuleTarget = ReturnType<typeof compileRule>['targets'][number]

/** Returns the name of a bus, which a caller gives as a name or an ARN. */
export function busOf(nameOrArn: string): string {
  return nameOrArn.replace(/^arn:.*:event-bus\//, '')
}
