import type { Aggregate, Command } from './kernel/decider.ts'
import type { Event } from './kernel/event.ts'
import { Problem } from './kernel/problem.ts'
import { project } from './project/project.ts'
import { subscription } from './subscription/subscription.ts'
import { upload } from './upload/upload.ts'
import { user } from './user/user.ts'

/** Every aggregate. */
export const aggregates: readonly Aggregate<unknown, Command, Event>[] = [user, project, upload, subscription]

/** The aggregate whose streams have this name. Throws `unreadable` where there is none. */
export function aggregateNamed(name: string): Aggregate<unknown, Command, Event> {
  const found = aggregates.find((aggregate) => aggregate.name === name)
  if (found === undefined) throw new Problem('unreadable', `Unknown kind of stream "${name}".`)
  return found
}
