import * as z from 'zod/mini'
import { publication } from '../kernel/publication.ts'
import { userEvents } from './events.ts'

const userId = z.string().check(z.describe('Id of the person'))

/**
 * The public events of an account. They never contain a name or an address. Both stay in the person's own stream, so a
 * deletion can reach them.
 */
export const userPublication = publication(
  userEvents,
  {
    UserRegistered: {
      schema: 1,
      description: 'A person confirmed their address and has an account.',
      data: z.object({ userId }),
      from: ({ id }) => ({ userId: id }),
      example: { userId: '5f0c3f5e' },
    },
    UserProfileChanged: { private: 'The event contains only a name, which is personal.' },
    UserDeleted: {
      schema: 1,
      description: 'A person deleted their account. Remove your data about them.',
      data: z.object({ userId }),
      from: ({ id }) => ({ userId: id }),
      example: { userId: '5f0c3f5e' },
    },
  },
  { exampleId: '5f0c3f5e' },
)
