import { Stack } from 'aws-cdk-lib'
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import { Policy } from 'aws-cdk-lib/aws-iam'
import { functionsIn, type LiveFunction } from '../lambda-function.ts'

/** The functions of a stack that know events. */
export interface EventAccess {
  /** The functions that only read events. */
  readonly readers: readonly LiveFunction[]
  /** The functions that append events. They read, too. */
  readonly writers: readonly LiveFunction[]
}

/** Sorts the functions of a stack by their grants on the event store, which are the only declaration of it. */
export function eventAccessIn(stack: Stack, eventStore: TableV2): EventAccess {
  const known = functionsIn(stack).map((one) => ({ one, actions: actionsOn(one, eventStore) }))
  const writers = known.filter(({ actions }) => actions.includes('dynamodb:PutItem'))
  const readers = known.filter(
    (entry) => entry.actions.includes('dynamodb:Query') && !writers.includes(entry),
  )
  return { readers: readers.map(({ one }) => one), writers: writers.map(({ one }) => one) }
}

interface ResolvedStatement {
  readonly Effect: string
  readonly Action: string | readonly string[]
  readonly Resource: unknown
}

/** The actions on a table that a function's role allows. */
function actionsOn({ role, node }: LiveFunction, table: TableV2): readonly string[] {
  if (role === undefined) throw new Error(`${node.id} has no role`)
  const stack = Stack.of(role)
  const arn = JSON.stringify(stack.resolve(table.tableArn))
  return role.node
    .findAll()
    .filter((one) => one instanceof Policy)
    .flatMap(
      ({ document }): readonly ResolvedStatement[] => stack.resolve(document.toJSON())?.Statement ?? [],
    )
    .filter(
      ({ Effect, Resource }) =>
        Effect === 'Allow' && listOf(Resource).some((one) => JSON.stringify(one) === arn),
    )
    .flatMap(({ Action }) => Action)
}

function listOf(resource: unknown): readonly unknown[] {
  return Array.isArray(resource) ? resource : [resource]
}
