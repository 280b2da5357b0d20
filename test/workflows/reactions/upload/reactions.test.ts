import { describe, expect, it } from 'vitest'
import type { ProjectEvent } from '../../../../domain/project/events.ts'
import type { UploadEvent } from '../../../../domain/upload/events.ts'
import type { UserEvent } from '../../../../domain/user/events.ts'
import { uploadCompleted } from '../../../../workflows/upload/upload-completed-mail.ts'
import { uploadNotTaken } from '../../../../workflows/upload/upload-not-taken-mail.ts'
import { atlas } from '../../../kit/arbitraries/project.ts'
import { context, reactionSide } from '../../../kit/reactions.ts'
import { requested, taken } from '../../../kit/upload/upload-events.ts'

const setUp = await reactionSide()
const registered: UserEvent = {
  type: 'UserRegistered',
  data: { email: 'ann@example.com', emailKey: 'ann@example.com', name: 'Ann' },
}
const created = (ownerId: string): ProjectEvent => ({
  type: 'ProjectCreated',
  data: { ownerId, ...atlas },
})

describe('the mail about an upload', () => {
  it('goes to its requester, and names the file, which the event does not contain', async () => {
    const { user, userId, ports, handlerOf, publish, append, mails } = setUp()
    await append(user, registered)
    await append('project-project', created(userId))
    const asked = requested('project', { requestedBy: userId })
    const event = await publish(`upload-${userId}`, asked, ...taken)
    expect(JSON.stringify(event)).not.toMatch(/river/)
    await handlerOf(uploadCompleted(ports))(event, context)
    expect(mails).toEqual([
      {
        to: 'ann@example.com',
        eventId: `upload-${userId}/6`,
        subject: 'Your file "river.jpg" was added to its project',
        text: expect.stringMatching(/^Hello Ann,\n[\s\S]*Open the project/),
      },
    ])
  })

  it.each([
    ['UploadRejected', 'You can upload the file again when this reason no longer applies.'],
    ['UploadFailed', 'Your file is probably not the cause. Please upload it again.'],
  ] as const)('explains after %s why it ended, and what to do', async (type, next) => {
    const { user, userId, ports, handlerOf, publish, append, mails } = setUp()
    await append(user, registered)
    const ended: UploadEvent = { type, data: { reason: 'There is no room for it.' } }
    const event = await publish(`upload-${userId}`, requested('project', { requestedBy: userId }), ended)
    await handlerOf(uploadNotTaken(ports))(event, context)
    expect(mails).toMatchObject([
      { to: 'ann@example.com', subject: 'Your file "river.jpg" was not accepted' },
    ])
    expect(mails[0]?.text).toContain(`There is no room for it.\n\n${next}\n`)
  })

  it('about its completion does not go to a person who was removed from the project meanwhile', async () => {
    const { user, userId, ports, handlerOf, publish, append, mails, lines } = setUp()
    await append(user, registered)
    const joined: ProjectEvent = { type: 'ProjectMemberAdded', data: { userId, role: 'editor' } }
    const left: ProjectEvent = { type: 'ProjectMemberRemoved', data: { userId } }
    await append('project-project', created('owner'), joined, left)
    const event = await publish(`upload-${userId}`, requested('project', { requestedBy: userId }), ...taken)
    await handlerOf(uploadCompleted(ports))(event, context)
    expect(mails).toEqual([])
    expect(lines).toMatchObject([{ extra: { outcome: 'no-access' } }])
  })

  it('is not sent for an event under the type of another, even if both types are known', async () => {
    const { user, userId, ports, handlerOf, publish, append, mails } = setUp()
    await append(user, registered)
    const ended: UploadEvent = { type: 'UploadFailed', data: { reason: 'It cannot be read.' } }
    const event = await publish(`upload-${userId}`, requested('project', { requestedBy: userId }), ended)
    const strange = { ...event, 'detail-type': 'UploadRejected' }
    await expect(handlerOf(uploadNotTaken(ports))(strange, context)).rejects.toMatchObject({
      code: 'unreadable',
    })
    expect(mails).toEqual([])
  })

  it('is not sent if there is no such upload, whatever the event says', async () => {
    const { user, userId, ports, handlerOf, publish, append, mails, lines } = setUp()
    await append(user, registered)
    const event = await publish(`upload-${userId}`, requested('project', { requestedBy: userId }), ...taken)
    const data = { uploadId: 'nothing', requestedBy: userId }
    await handlerOf(uploadCompleted(ports))({ ...event, detail: { ...event.detail, data } }, context)
    expect(mails).toEqual([])
    expect(lines).toMatchObject([{ extra: { outcome: 'no-upload' } }])
  })
})
