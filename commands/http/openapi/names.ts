/**
 * Makes the name of a path, for operations and schemas: `/items/{itemId}/parts` becomes `ItemParts`. The segment before
 * a parameter is the plural of the parameter's name, so it is left out.
 */
export function nameOfPath(path: string): string {
  const segments = path.split('/').filter((segment) => segment !== '')
  return segments
    .filter((_, index) => segments[index + 1]?.startsWith('{') !== true)
    .map((segment) => pascal(segment.replace(/^{(\w+?)(Id)?}$/, '$1')))
    .join('')
}

/** Turns `create-item` into `CreateItem`. */
export function pascal(name: string): string {
  return name
    .split(/[^A-Za-z0-9]/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('')
}
