import * as z from 'zod'
import { fieldsOf } from '../../cloud/template.ts'
import { AwsError, type AwsRequest, type Permission, readInput } from '../../gateway/aws-service.ts'
import { busOf, type Rule } from './template.ts'

const bus = { EventBusName: z.string().default('default') }
const listInput = z.object({ ...bus, NamePrefix: z.string().default('') })

/** Operations that show resources of a template. They change nothing. */
export interface Queries {
  /** Answers such an operation; `undefined` for any other. */
  answer(request: AwsRequest): object | undefined
  permission(request: AwsRequest): Permission | undefined
}

/** The operations that show the rules of a template. */
export function showRules(rules: readonly Rule[], region: string, account: string): Queries {
  const read = <S extends z.ZodType>(request: AwsRequest, schema: S) =>
    readInput(request, schema, 'ValidationException')

  function named(request: AwsRequest, field: 'Name' | 'Rule'): Rule {
    const { EventBusName } = read(request, z.object(bus))
    const { [field]: name } = read(request, z.object({ Name: z.string(), Rule: z.string() }).partial())
    const found = rules.find((rule) => rule.name === name && busOfRule(rule) === busOf(EventBusName))
    if (found !== undefined) return found
    const message = `Rule ${name} does not exist on EventBus ${busOf(EventBusName)}.`
    throw new AwsError('ResourceNotFoundException', message)
  }

  const queries: Readonly<Record<string, (request: AwsRequest) => object>> = {
    ListRules(request) {
      const { EventBusName, NamePrefix } = read(request, listInput)
      const listed = rules.filter((rule) => busOfRule(rule) === busOf(EventBusName))
      return { Rules: listed.filter(({ name }) => name.startsWith(NamePrefix)).map(summaryOf) }
    },
    DescribeRule: (request) => summaryOf(named(request, 'Name')),
    ListTargetsByRule: (request) => ({ Targets: named(request, 'Rule').properties['Targets'] ?? [] }),
  }
  return {
    answer: (request) => queries[request.operation]?.(request),
    permission(request) {
      if (queries[request.operation] === undefined) return undefined
      const action = `events:${request.operation}`
      if (request.operation === 'ListRules')
        return { action, resource: `arn:aws:events:${region}:${account}:rule/*` }
      return { action, resource: named(request, request.operation === 'DescribeRule' ? 'Name' : 'Rule').arn }
    },
  }
}

function busOfRule({ properties: { EventBusName = 'default' } }: Rule): string {
  return busOf(String(EventBusName))
}

function summaryOf(rule: Rule) {
  const { EventPattern, Description, State = 'ENABLED' } = fieldsOf(rule.properties)
  return {
    Name: rule.name,
    Arn: rule.arn,
    EventPattern: JSON.stringify(EventPattern),
    State,
    ...(Description !== undefined && { Description }),
    EventBusName: busOfRule(rule),
  }
}
