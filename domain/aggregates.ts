import { aggregatesNamed, type Command, type PublishedAggregate } from './kernel/decider.ts'
import type { Event } from './kernel/event.ts'
import { project } from './project/project.ts'
import { subscription } from './subscription/subscription.ts'
import { upload } from './upload/upload.ts'
import { user } from './user/user.ts'

/** Every aggregate. The codec of each category and the public events derive from this list. */
export const aggregates = [user, project, upload, subscription] as const satisfies AnyAggregate[]

export type AnyAggregate = PublishedAggregate<unknown, Command, Event>

/** The aggregate of a category. Throws `unreadable` if there is none. */
export const aggregateNamed = aggregatesNamed<AnyAggregate>(aggregates)
