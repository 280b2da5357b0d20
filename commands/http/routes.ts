import type { FeatureContract, FunctionOf } from './contract-types.ts'

/** The paths that need no access token. */
export const publicPaths = ['/health', '/openapi.json', '/docs', '/config.json'] as const
export type PublicPath = (typeof publicPaths)[number]

export interface Route<Fn extends string> {
  readonly path: string
  /** `ANY`, so that the function answers a wrong method with a problem. */
  readonly methods: 'ANY'
  /** The function that answers the route. */
  readonly function: Fn
  readonly access: 'public' | 'token'
}

type RouteFunctionOf<Contract extends FeatureContract> =
  | 'command-api'
  | 'query-api'
  | NonNullable<FunctionOf<Contract['commands'][keyof Contract['commands']]>>

/** The routes that a contract needs, each with its function. */
export function routesOf<Contract extends FeatureContract>({
  commands,
  queries,
}: Contract): readonly Route<RouteFunctionOf<Contract>>[] {
  type OwnRoute = Route<RouteFunctionOf<Contract>>
  return [
    { path: '/commands/{name}', methods: 'ANY', function: 'command-api', access: 'token' },
    ...Object.entries(commands).flatMap(([name, command]): OwnRoute[] => {
      // `Object.entries` loses the names of the functions in the contract.
      const own = command.function as OwnRoute['function'] | undefined
      return own === undefined
        ? []
        : [{ path: `/commands/${name}`, methods: 'ANY', function: own, access: 'token' }]
    }),
    ...Object.keys(queries).map(
      (path): OwnRoute => ({ path, methods: 'ANY', function: 'query-api', access: 'token' }),
    ),
    ...publicPaths.map(
      (path): OwnRoute => ({ path, methods: 'ANY', function: 'query-api', access: 'public' }),
    ),
  ]
}
