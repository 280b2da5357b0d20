import { aliasOf } from '../lambda-function.ts'
import type { EventAccess } from './event-access.ts'

/**
 * Makes CloudFormation switch every alias of a reader before any alias of a writer. Otherwise a reader of the old release
 * could meet an event that only the new release knows, and park its stream.
 */
export function switchReadersFirst({ readers, writers }: EventAccess): void {
  for (const writer of writers)
    for (const reader of readers) aliasOf(writer).addResourceDependency(aliasOf(reader))
}
