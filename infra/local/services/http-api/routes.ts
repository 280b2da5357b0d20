/**
 * Returns a function that selects a route by method and decoded path (API Gateway developer guide, "Create routes for
 * HTTP APIs"). A full match comes before a match of a greedy variable, and that before `$default`. Of several full
 * matches, the one whose literals come first wins. If that leaves several, a specific method wins over `ANY`. A
 * variable is never empty.
 *
 * @throws Error if a route key is not valid.
 */
export function createRouter<Route extends { readonly routeKey: string }>(routes: readonly Route[]) {
  const compiled = routes
    .map((route) => ({ route, ...compile(route.routeKey) }))
    .sort((one, other) => one.rank.localeCompare(other.rank))
  return (method: string, path: string) => {
    for (const { route, names, pattern, method: own } of compiled) {
      const values = own === 'ANY' || own === method ? pattern.exec(path)?.slice(1) : undefined
      if (values)
        return { route, parameters: Object.fromEntries(names.map((name, i) => [name, values[i] ?? ''])) }
    }
    return undefined
  }
}

/** A method and a path. A variable is a whole segment, and a greedy variable is the last. */
const keys = /^([A-Z]+) \/((?:(?:{[^{}+/]+}|[^{}/]+)\/)*(?:{[^{}+/]+\+?}|[^{}/]*))$/

/** Compiles a route key. Routes are tried in the order of `rank`. */
function compile(routeKey: string) {
  if (routeKey === '$default') return { method: 'ANY', pattern: /^/, names: [], rank: '2' }
  const [, method, path] = keys.exec(routeKey) ?? []
  if (method === undefined || path === undefined) throw new Error(`RouteKey is not modelled: ${routeKey}`)
  const segments = path.split('/').map((segment) => {
    const [, name, plus] = /^{(.+?)(\+?)}$/.exec(segment) ?? []
    if (name === undefined) return { rank: '0', source: segment.replace(/\W/g, '\\$&') }
    return plus ? { name, rank: '2', source: '(.+)' } : { name, rank: '1', source: '([^/]+)' }
  })
  const ranks = segments.map(({ rank }) => rank).join('')
  return {
    method,
    pattern: new RegExp(`^/${segments.map(({ source }) => source).join('/')}$`, 's'),
    names: segments.flatMap(({ name }) => name ?? []),
    rank: `${ranks.endsWith('2') ? 1 : 0}${ranks}${method === 'ANY' ? 1 : 0}`,
  }
}
