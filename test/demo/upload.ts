import type { Person } from '../kit/people/person.ts'
import { picture, sendFile } from '../kit/upload/send-file.ts'
import { expectAnswer, mail, type Scene } from './answers.ts'
import { Broken, told, until } from './timeline.ts'

/** A person sends a picture into their project, and then a text file that claims to be a picture. */
export async function sendPictures({ config, tell }: Scene, ann: Person, projectId: string): Promise<void> {
  const content = await picture()
  const request = { projectId, fileName: 'river.jpg', contentType: 'image/jpeg', size: content.length }

  tell.chapter('Ann sends a picture.')
  const requested = await tell.step('ann requests a form to send it with', async () => {
    const answer = await ann.command('request-upload', request)
    expectAnswer(answer, 200, { version: 1, upload: { method: 'POST' } })
    return told(answer, `for ${content.length} bytes of image/jpeg, and nothing else`)
  })
  await tell.step('ann sends it to S3', async () => {
    const { status } = await sendFile(requested, content)
    if (status !== 204) throw new Broken(`S3 answered ${status}`)
    return told(undefined, 'directly, without a function in between')
  })
  const path = `/uploads/${requested.body['id']}`
  const upload = await tell.step('the pipeline takes it into the project', async () => {
    const { value, ms } = await until('the end of the upload', async () => {
      const { body } = await ann.query(path)
      return ['requested', 'processing'].includes(String(body['status'])) ? undefined : body
    })
    if (value['status'] !== 'completed')
      throw new Broken(`the upload is ${value['status']}: ${value['reason']}`)
    return told(value, `${value['width']} × ${value['height']} pixels, ${ms} ms later`)
  })
  await tell.step('its thumbnail is readable by a signed link', async () => {
    const thumbnail = await fetch(String(upload['thumbnailUrl']))
    const bytes = (await thumbnail.arrayBuffer()).byteLength
    if (!thumbnail.ok) throw new Broken(`S3 answered ${thumbnail.status}`)
    return told(undefined, `${bytes} bytes of ${thumbnail.headers.get('content-type')}`)
  })
  await mail({ config, tell }, ann, 'a mail says that the picture was added', /river\.jpg/)
  await tell.step('ann sends a text that claims to be a picture', async () => {
    const text = new TextEncoder().encode('I am a picture.')
    const answer = await ann.command('request-upload', { ...request, size: text.length })
    await sendFile(answer, text)
    const { value } = await until('the end of the upload', async () => {
      const { body } = await ann.query(`/uploads/${answer.body['id']}`)
      return body['status'] === 'rejected' ? body : undefined
    })
    return told(undefined, `rejected: ${value['reason']}`)
  })
}
