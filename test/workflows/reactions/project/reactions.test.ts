import { describe, expect, it } from 'vitest'
import type { ProjectEvent } from '../../../../domain/project/events.ts'
import type { UserEvent } from '../../../../domain/user/events.ts'
import { projectCreated } from '../../../../workflows/project/project-created-mail.ts'
import { atlas } from '../../../kit/arbitraries/project.ts'
import { context, reactionSide } from '../../../kit/reactions.ts'

const setUp = await reactionSide()
const registered: UserEvent = {
  type: 'UserRegistered',
  data: { email: 'ann@example.com', emailKey: 'ann@example.com', name: 'Ann' },
}
const created = (ownerId: string): ProjectEvent => ({
  type: 'ProjectCreated',
  data: { ownerId, ...atlas },
})

describe('the mail about a project', () => {
  it('goes to its owner', async () => {
    const { user, userId, ports, handlerOf, publish, append, mails } = setUp()
    await append(user, registered)
    await handlerOf(projectCreated(ports))(await publish(`project-${userId}`, created(userId)), context)
    expect(mails).toMatchObject([
      {
        to: 'ann@example.com',
        eventId: `project-${userId}/1`,
        subject: 'Your project "Atlas" is ready',
        text: expect.stringContaining('Hello Ann,'),
      },
    ])
  })
})
