import fc from 'fast-check'
import type { UserEvent } from '../../../domain/user/events.ts'
import type { UserCommand } from '../../../domain/user/user.ts'

const actorId = fc.constant('ann')
const name = fc.constantFrom('Ann', 'Annie')
const email = fc.constantFrom('ann@example.com', 'Ann@Example.com')

/** Commands that one person sends to their own stream. */
export const command: fc.Arbitrary<UserCommand> = fc.oneof(
  fc.record({ type: fc.constant('register-user' as const), actorId, email, name }),
  fc.record({ type: fc.constant('change-profile' as const), actorId, name }),
  fc.record({
    type: fc.constant('delete-account' as const),
    actorId,
    hold: fc.constantFrom(undefined, { rule: 'owns-lamps', detail: 'Give the lamps away first.' }),
  }),
)

/** Any event, whether or not a decider would emit it in that state. */
export const event: fc.Arbitrary<UserEvent> = fc.oneof(
  fc.record({
    type: fc.constant('UserRegistered' as const),
    data: fc.record({ email, emailKey: email, name }),
  }),
  fc.record({ type: fc.constant('UserProfileChanged' as const), data: fc.record({ name }) }),
  fc.record({ type: fc.constant('UserDeleted' as const), data: fc.constant({}) }),
)
