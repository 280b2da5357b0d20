import { SESv2Client, SendEmailCommand, type SendEmailCommandInput } from '@aws-sdk/client-sesv2'
import { beforeEach, describe, expect, it } from 'vitest'
import { type Mailbox, openMailbox } from '../../../../../infra/local/services/ses/mailbox.ts'
import { type MailService, openMailService } from '../../../../../infra/local/services/ses/service.ts'
import { dataDir, region, serve, withDataDir } from '../../../../kit/local-cloud/local-service.ts'

let mailbox: Mailbox
let mail: MailService
let client: SESv2Client

withDataDir()
beforeEach(async () => {
  mailbox = openMailbox(dataDir)
  mail = openMailService({ region, identities: ['hello@example.com', 'example.org'], mailbox })
  client = new SESv2Client(await serve(mail.service))
})

const send = (input: Partial<SendEmailCommandInput> = {}) =>
  client.send(
    new SendEmailCommand({
      FromEmailAddress: 'hello@example.com',
      Destination: { ToAddresses: ['ann@example.com'] },
      Content: { Simple: { Subject: { Data: 'Welcome' }, Body: { Text: { Data: 'Hello, Ann' } } } },
      ...input,
    }),
  )

describe('SES', () => {
  it('finds the sender of a mail fast, whatever the text', async () => {
    const began = performance.now()
    const error = send({ FromEmailAddress: '<'.repeat(80_000) })
    await expect(error).rejects.toMatchObject({ name: 'MessageRejected' })
    expect(performance.now() - began).toBeLessThan(2000)
  })

  it('puts a mail into the mailbox of each recipient', async () => {
    const answer = await send({ Destination: { ToAddresses: ['ann@example.com', 'bob@example.com'] } })
    expect(answer.MessageId).toMatch(/^[0-9a-f-]{36}$/)
    for (const to of ['ann@example.com', 'bob@example.com']) {
      expect(mailbox.list(to)).toMatchObject([{ to, subject: 'Welcome', text: 'Hello, Ann' }])
    }
  })

  it.each([
    ['the text, if there are text and HTML', { Text: { Data: 'text' }, Html: { Data: '<p>html' } }, 'text'],
    ['HTML, if there is no text', { Html: { Data: '<p>html' } }, '<p>html'],
  ])('keeps %s', async (_, Body, text) => {
    await send({ Content: { Simple: { Subject: { Data: 'Welcome' }, Body } } })
    expect(mailbox.list()).toMatchObject([{ text }])
  })

  it.each([
    ['a declared address', 'hello@example.com'],
    ['a declared address with a name', 'Annals <hello@example.com>'],
    ['any address of a declared domain', 'news@example.org'],
  ])('accepts mail from %s', async (_, FromEmailAddress) => {
    await send({ FromEmailAddress })
    expect(mailbox.list()).toHaveLength(1)
  })

  it("rejects mail from an undeclared address, in AWS's words", async () => {
    await expect(send({ FromEmailAddress: 'else@example.com' })).rejects.toMatchObject({
      name: 'MessageRejected',
      message:
        'Email address is not verified. The following identities failed the check in region EU-WEST-1: else@example.com',
    })
    expect(mailbox.list()).toEqual([])
  })

  it('needs the permission to send from the identity', () => {
    const body = Buffer.from(
      JSON.stringify({
        FromEmailAddress: 'Annals <news@example.org>',
        Destination: { ToAddresses: ['ann@example.com'] },
        Content: { Simple: { Subject: { Data: 'News' }, Body: {} } },
      }),
    )
    expect(mail.service.permissions({ operation: 'SendEmail', body, headers: {} })).toEqual([
      { action: 'ses:SendEmail', resource: 'arn:aws:ses:eu-west-1:000000000000:identity/example.org' },
    ])
  })

  it.each([
    'TooManyRequestsException',
    'SendingPausedException',
  ] as const)('refuses with %s while told to', async (code) => {
    mail.refuse(true, code)
    await expect(send()).rejects.toMatchObject({ name: code })
    mail.refuse(false)
    await send()
    expect(mailbox.list()).toHaveLength(1)
  })

  it('refuses an unmodelled part of a mail, and names it', async () => {
    await expect(send({ Content: { Raw: { Data: Buffer.from('Subject: Welcome') } } })).rejects.toMatchObject(
      { name: 'BadRequestException', message: expect.stringContaining('Content') },
    )
  })
})
