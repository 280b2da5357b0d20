import type fc from 'fast-check'
import type { Aggregate, Command } from '../../domain/kernel/decider.ts'
import type { Event } from '../../domain/kernel/event.ts'
import { project } from '../../domain/project/project.ts'
import { subscription } from '../../domain/subscription/subscription.ts'
import { upload } from '../../domain/upload/upload.ts'
import { user } from '../../domain/user/user.ts'
import type { Generation } from '../../projections/engine/projection.ts'
import { projectCommand, projectEvent } from './arbitraries/project.ts'
import { subscriptionCommand, subscriptionEvent } from './arbitraries/subscription.ts'
import { uploadCommand, uploadEvent } from './arbitraries/upload.ts'
import { userCommand, userEvent } from './arbitraries/user.ts'
import { projects, subscriptions, uploads, users } from './memory/generations.ts'

/** An aggregate with what the properties draw for it, and the read models that fold it. */
export interface Sample {
  readonly aggregate: Aggregate<unknown, Command, Event>
  readonly command: fc.Arbitrary<Command>
  /** Any event, whether or not the decider would emit it there. */
  readonly event: fc.Arbitrary<Event>
  /** Whether everyone has one before anything happens in it. */
  readonly innate?: boolean
  /** Those that are kept up to date. */
  readonly generations: readonly Generation<unknown, Event>[]
}

/** Every aggregate. What holds for all of them is tested of one as soon as it stands here. */
export const aggregates: readonly Sample[] = [
  { aggregate: user, command: userCommand, event: userEvent, generations: [users] },
  { aggregate: project, command: projectCommand, event: projectEvent, generations: [projects] },
  { aggregate: upload, command: uploadCommand, event: uploadEvent, generations: [uploads] },
  {
    aggregate: subscription,
    command: subscriptionCommand,
    event: subscriptionEvent,
    innate: true,
    generations: [subscriptions],
  },
]

/** The sample whose streams have this name. */
export function sampleOf(name: string): Sample {
  const found = aggregates.find(({ aggregate }) => aggregate.name === name)
  if (found === undefined) throw new Error(`no aggregate is named ${name}`)
  return found
}
