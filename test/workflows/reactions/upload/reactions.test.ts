import { describe, expect, it } from 'vitest'
import type { UploadEvent } from '../../../../domain/upload/events.ts'
import type { UserEvent } from '../../../../domain/user/events.ts'
import { uploadCompleted } from '../../../../workflows/upload/upload-completed-mail.ts'
import { uploadNotTaken } from '../../../../workflows/upload/upload-not-taken-mail.ts'
import { context, reactionSide } from '../../../kit/reactions.ts'
import { requested, taken } from '../../../kit/upload/upload-events.ts'

const setUp = await reactionSide()
const registered: UserEvent = {
  type: 'UserRegistered',
  data: { email: 'ann@example.com', emailKey: 'ann@example.com', name: 'Ann' },
}

describe('the news of an upload', () => {
  it('goes to who asked for it, and names the file, of which the event says nothing', async () => {
    const { user, userId, ports, handlerOf, publish, append, mails } = setUp()
    await append(user, registered)
    const asked = requested('project', { requestedBy: userId })
    const event = await publish(`upload-${userId}`, asked, ...taken)
    expect(JSON.stringify(event)).not.toMatch(/river/)
    await handlerOf(uploadCompleted(ports))(event, context)
    expect(mails).toEqual([
      {
        to: 'ann@example.com',
        eventId: `upload-${userId}/6`,
        subject: 'Your file "river.jpg" is in its project',
        text: expect.stringMatching(/^Hello Ann,\n[\s\S]*Open the project/),
      },
    ])
  })

  it.each([
    ['UploadRejected', 'Correct that, and upload the file again.'],
    ['UploadFailed', 'The file is most likely not the cause. Upload it again.'],
  ] as const)('says after %s why, and what to do', async (type, next) => {
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

  it('is not taken under the type of another, though both are known', async () => {
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

  it('goes to nobody if there is no such upload, whatever the event says', async () => {
    const { user, userId, ports, handlerOf, publish, append, mails, lines } = setUp()
    await append(user, registered)
    const event = await publish(`upload-${userId}`, requested('project', { requestedBy: userId }), ...taken)
    const data = { uploadId: 'nothing', requestedBy: userId }
    await handlerOf(uploadCompleted(ports))({ ...event, detail: { ...event.detail, data } }, context)
    expect(mails).toEqual([])
    expect(lines).toMatchObject([{ extra: { outcome: 'no-upload' } }])
  })
})
