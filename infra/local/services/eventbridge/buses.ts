import * as z from 'zod'
import { AwsError, type AwsRequest, type Permission, readInput } from '../../gateway/aws-service.ts'
import type { Queries } from './rules.ts'
import { busOf } from './template.ts'

/** The bus that every account has. */
const defaultBus = 'default'
const listInput = z.object({ NamePrefix: z.string().default('') })
const describeInput = z.object({ Name: z.string().default(defaultBus) })

/** The operations that show the buses of a template and the default bus. They change nothing. */
export function showBuses(declared: readonly string[], region: string, account: string): Queries {
  const arnOf = (name: string) => `arn:aws:events:${region}:${account}:event-bus/${name}`
  const summaryOf = (Name: string) => ({ Name, Arn: arnOf(Name) })
  const named = (request: AwsRequest) => busOf(readInput(request, describeInput, 'ValidationException').Name)

  const queries: Readonly<Record<string, (request: AwsRequest) => object>> = {
    ListEventBuses(request) {
      const { NamePrefix } = readInput(request, listInput, 'ValidationException')
      const names = [defaultBus, ...declared].filter((name) => name.startsWith(NamePrefix))
      return { EventBuses: names.map(summaryOf) }
    },
    DescribeEventBus(request) {
      const name = named(request)
      if (name === defaultBus || declared.includes(name)) return summaryOf(name)
      throw new AwsError('ResourceNotFoundException', `Event bus ${name} does not exist.`)
    },
  }
  return {
    answer: (request) => queries[request.operation]?.(request),
    permission(request): Permission | undefined {
      if (queries[request.operation] === undefined) return undefined
      const name = request.operation === 'ListEventBuses' ? '*' : named(request)
      return { action: `events:${request.operation}`, resource: arnOf(name) }
    },
  }
}
