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
  it('has the title that the project has now, which no event on the bus contains', async () => {
    const { user, userId, ports, handlerOf, publish, append, mails } = setUp()
    await append(user, registered)
    const event = await publish(`project-${userId}`, created(userId))
    expect(event.detail).toMatchObject({ schema: 2, data: { projectId: userId, ownerId: userId } })
    expect(JSON.stringify(event)).not.toContain('Atlas')
    await append(`project-${userId}`, { type: 'ProjectRenamed', data: { title: 'Globe' } })
    await handlerOf(projectCreated(ports))(event, context)
    expect(mails).toMatchObject([{ subject: 'Your project "Globe" is ready' }])
  })

  it('is sent for an event of the schema before, which is still on its way', async () => {
    const { user, userId, ports, handlerOf, publish, append, mails } = setUp()
    await append(user, registered)
    const { detail, ...event } = await publish(`project-${userId}`, created(userId))
    const data = { ...detail.data, title: 'An older title' }
    await handlerOf(projectCreated(ports))({ ...event, detail: { ...detail, schema: 1, data } }, context)
    expect(mails).toMatchObject([{ subject: 'Your project "Atlas" is ready' }])
  })

  it('is not sent if there is no such project', async () => {
    const { user, userId, ports, handlerOf, publish, append, mails, lines } = setUp()
    await append(user, registered)
    const { detail, ...event } = await publish(`project-${userId}`, created(userId))
    const data = { projectId: 'another', ownerId: userId }
    await handlerOf(projectCreated(ports))({ ...event, detail: { ...detail, data } }, context)
    expect(mails).toEqual([])
    expect(lines).toMatchObject([{ message: 'reacted', extra: { outcome: 'no-project' } }])
  })

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
