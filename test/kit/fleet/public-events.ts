import * as z from 'zod/mini'
import { publication } from '../../../domain/kernel/publication.ts'
import { sailor } from './sailor.ts'
import { sailorRole, voyageEvents } from './voyage-events.ts'

const voyageId = z.string()
const name = z.string()
const sailorId = z.string()
const aboard = { voyageId: '1', sailorId: 'bob', role: 'mate' } as const

/** Which events of a voyage are published. A note is private to the crew. */
export const voyagePublication = publication(voyageEvents, {
  VoyagePlanned: {
    schema: 1,
    description: 'A captain planned a voyage.',
    data: z.object({ voyageId, captainId: z.string(), name }),
    from: ({ id, data }) => ({ voyageId: id, ...data }),
    example: { voyageId: '1', captainId: 'ann', name: 'Atlas' },
  },
  VoyageRenamed: {
    schema: 1,
    description: 'The name of a voyage changed.',
    data: z.object({ voyageId, name }),
    from: ({ id, data }) => ({ voyageId: id, name: data.name }),
    example: { voyageId: '1', name: 'Globe' },
  },
  NoteWritten: { private: 'A note is free text for the crew.' },
  VoyagePostponed: {
    schema: 1,
    description: 'A voyage was postponed.',
    data: z.object({ voyageId }),
    from: ({ id }) => ({ voyageId: id }),
    example: { voyageId: '1' },
  },
  VoyageResumed: {
    schema: 1,
    description: 'A postponed voyage was resumed.',
    data: z.object({ voyageId }),
    from: ({ id }) => ({ voyageId: id }),
    example: { voyageId: '1' },
  },
  ShipChartered: { private: 'The ship is a matter between the captain and its owner.' },
  ShipReturned: { private: 'The ship is a matter between the captain and its owner.' },
  CabinsFitted: { private: 'Nobody outside depends on the cabins.' },
  SailorJoined: {
    schema: 1,
    description: 'A sailor joined a voyage.',
    data: z.object({ voyageId, sailorId, role: sailorRole }),
    from: ({ id, data }) => ({ voyageId: id, ...data }),
    example: aboard,
  },
  SailorRoleChanged: {
    schema: 1,
    description: 'The role of a sailor aboard changed.',
    data: z.object({ voyageId, sailorId, role: sailorRole }),
    from: ({ id, data }) => ({ voyageId: id, ...data }),
    example: aboard,
  },
  SailorLeft: {
    schema: 1,
    description: 'A sailor left a voyage.',
    data: z.object({ voyageId, sailorId }),
    from: ({ id, data }) => ({ voyageId: id, sailorId: data.sailorId }),
    example: { voyageId: '1', sailorId: 'bob' },
  },
})

/** The only public fact about an account is that it exists. */
export const sailorPublication = publication(sailor.events, {
  SailorEnlisted: {
    schema: 1,
    description: 'A person has an account.',
    data: z.object({ sailorId }),
    from: ({ id }) => ({ sailorId: id }),
    example: { sailorId: 'bob' },
  },
  SailorRenamed: { private: 'A name is personal.' },
  SailorRetired: {
    schema: 1,
    description: 'A person closed their account.',
    data: z.object({ sailorId }),
    from: ({ id }) => ({ sailorId: id }),
    example: { sailorId: 'bob' },
  },
})
