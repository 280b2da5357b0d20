import type { FeatureContract } from './contract-types.ts'

/** The paths that anyone may read without a token. */
export const publicPaths = ['/health', '/openapi.json', '/docs', '/config.json'] as const
export type PublicPath = (typeof publicPaths)[number]

export interface Route {
  readonly path: string
  /** `ANY`, so that a wrong method is answered by the function, as a problem. */
  readonly methods: 'ANY'
  readonly function: 'command-api' | 'upload-api' | 'query-api'
  readonly access: 'public' | 'token'
}

/** The routes of the API that a contract needs, each to its function. */
export function routesOf({ commands, queries }: FeatureContract): readonly Route[] {
  return [
    { path: '/commands/{name}', methods: 'ANY', function: 'command-api', access: 'token' },
    ...Object.entries(commands).flatMap(([name, command]): Route[] =>
      command.function === undefined
        ? []
        : [{ path: `/commands/${name}`, methods: 'ANY', function: command.function, access: 'token' }],
    ),
    ...Object.keys(queries).map(
      (path): Route => ({ path, methods: 'ANY', function: 'query-api', access: 'token' }),
    ),
    ...publicPaths.map((path): Route => ({ path, methods: 'ANY', function: 'query-api', access: 'public' })),
  ]
}
