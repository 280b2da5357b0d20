import { analyticsContract } from './analytics/contract.ts'
import type { BodyOf, FeatureContract, ItemOf } from './http/contract-types.ts'
import { routesOf } from './http/routes.ts'
import { projectContract } from './project/contract.ts'
import { subscriptionContract } from './subscription/contract.ts'
import { uploadContract } from './upload/contract.ts'
import { userContract } from './user/contract.ts'

/**
 * The list of all commands and queries: the contracts of the features. The dispatch of both APIs, the routes of the
 * template and the OpenAPI document derive from it. A route therefore cannot exist in one and be missing in another.
 */
export const commands = {
  ...userContract.commands,
  ...projectContract.commands,
  ...uploadContract.commands,
  ...subscriptionContract.commands,
} as const satisfies FeatureContract['commands']

export const queries = {
  ...userContract.queries,
  ...projectContract.queries,
  ...subscriptionContract.queries,
  ...uploadContract.queries,
  ...analyticsContract.queries,
} as const satisfies FeatureContract['queries']

export const contract = { commands, queries }

export type CommandName = keyof typeof commands
export type CommandBody<Name extends CommandName> = BodyOf<typeof contract, Name>

export type QueryPath = keyof typeof queries
export type QueryItem<Path extends QueryPath> = ItemOf<typeof contract, Path>

export const routes = routesOf(contract)
export type RouteFunction = (typeof routes)[number]['function']
