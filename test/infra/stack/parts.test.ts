import { App, Stack } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { describe, expect, inject, it } from 'vitest'
import { addApi } from '../../../infra/stack/api.ts'
import { addBilling } from '../../../infra/stack/billing.ts'
import { addMail } from '../../../infra/stack/mail.ts'
import { addPublishing } from '../../../infra/stack/publishing.ts'
import { addReadSide } from '../../../infra/stack/read-side.ts'
import { addUpload } from '../../../infra/stack/upload.ts'
import { addWriteSide } from '../../../infra/stack/write-side.ts'
import { declaredResources } from '../../kit/local-cloud/declared-resources.ts'

type Part = 'mail' | 'upload' | 'billing'

/** The template of a stack that has these optional parts only. */
function templateWith(...parts: readonly Part[]): string {
  const bundles = inject('bundles')
  const stack = new Stack(new App(), 'Annals')
  const api = addApi(stack)
  const writeSide = addWriteSide(stack, { bundles, api })
  const readSide = addReadSide(stack, { bundles, api, writeSide })
  const publishing = addPublishing(stack, { bundles, api, writeSide, readSide })
  if (parts.includes('mail')) addMail(stack, { mailFrom: 'annals@example.com', publishing })
  if (parts.includes('upload'))
    addUpload(stack, { bundles, pipelineType: 'EXPRESS', api, writeSide, readSide })
  if (parts.includes('billing')) addBilling(stack, { bundles, writeSide, readSide })
  return JSON.stringify(Template.fromStack(stack).toJSON())
}

const of = {
  mail: ['MailSender', 'MAIL_FROM', 'ses:', 'WelcomeEmail'],
  upload: [
    'FILES_BUCKET',
    's3:',
    'AWS::S3',
    'states',
    'UploadApi',
    'UploadSteps',
    'ExpireUploads',
    'incoming/',
  ],
  billing: ['IssueInvoices', 'issue-invoices'],
} as const satisfies Record<Part, readonly string[]>

describe('an optional part of the stack', () => {
  it.each(['mail', 'upload', 'billing'] as const)('is there as a whole or not at all: %s', (part) => {
    const others = (['mail', 'upload', 'billing'] as const).filter((other) => other !== part)
    const without = templateWith(...others)
    const alone = templateWith(part)
    for (const mark of of[part]) {
      expect(without).not.toContain(mark)
      expect(alone).toContain(mark)
    }
  })

  it('takes no logical id of the others with it', () => {
    const { Resources } = JSON.parse(templateWith())
    const whole = new Set([...declaredResources().values()].map(({ logicalId }) => logicalId))
    expect(Object.keys(Resources).length).toBeGreaterThan(50)
    expect(Object.keys(Resources).filter((logicalId) => !whole.has(logicalId))).toEqual([])
  })
})
