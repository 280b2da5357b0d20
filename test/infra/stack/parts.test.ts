import { App, Stack } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { CURRENTLY_RECOMMENDED_FLAGS } from 'aws-cdk-lib/cx-api'
import { describe, expect, inject, it } from 'vitest'
import { addApi } from '../../../infra/stack/api.ts'
import { addBilling } from '../../../infra/stack/billing.ts'
import { addMail } from '../../../infra/stack/mail.ts'
import { addPublishing } from '../../../infra/stack/publishing.ts'
import { addReadSide } from '../../../infra/stack/read-side.ts'
import { addWriteSide } from '../../../infra/stack/write-side.ts'
import { declaredResources } from '../../kit/local-cloud/declared-resources.ts'
import type { OptionalPart, RequiredParts } from './optional-part.ts'
import { uploadPart } from './upload/part.ts'

/** The parts that every stack has. */
function requiredParts(): RequiredParts {
  const bundles = inject('bundles')
  const app = new App({
    context: CURRENTLY_RECOMMENDED_FLAGS,
    analyticsReporting: false,
    treeMetadata: false,
    builtinCloudFormationValidation: false,
  })
  const stack = new Stack(app, 'Annals')
  const api = addApi(stack)
  const writeSide = addWriteSide(stack, { bundles, api })
  const readSide = addReadSide(stack, { bundles, api, writeSide })
  const publishing = addPublishing(stack, { bundles, api, writeSide, readSide })
  return { stack, bundles, api, writeSide, readSide, publishing }
}

const optional: readonly OptionalPart[] = [
  {
    name: 'mail',
    add: ({ stack, publishing }) => addMail(stack, { mailFrom: 'annals@example.com', publishing }),
    marks: ['MailSender', 'MAIL_FROM', 'ses:', 'WelcomeEmail'],
  },
  {
    name: 'billing',
    add: ({ stack, bundles, writeSide, readSide }) => addBilling(stack, { bundles, writeSide, readSide }),
    marks: ['IssueInvoices', 'issue-invoices'],
  },
  uploadPart,
]

/** The template of a stack with only these optional parts. */
function templateWith(...parts: readonly OptionalPart[]): string {
  const required = requiredParts()
  for (const part of parts) part.add(required)
  return JSON.stringify(Template.fromStack(required.stack).toJSON())
}

describe('an optional part of the stack', () => {
  it.each(optional)('leaves nothing behind when it is removed: $name', (part) => {
    const whole = JSON.stringify([...declaredResources().values()])
    const without = templateWith(...optional.filter((other) => other !== part))
    for (const mark of part.marks) {
      expect(whole).toContain(mark)
      expect(without).not.toContain(mark)
    }
  })

  it('is removed without any resource of the other parts', () => {
    const whole = [...declaredResources().values()].map(({ logicalId }) => logicalId)
    const least: { readonly Resources: object } = JSON.parse(templateWith())
    const left = optional.flatMap((part) => {
      const { Resources }: { readonly Resources: object } = JSON.parse(templateWith(part))
      return Object.keys(Resources)
    })
    expect(Object.keys(least.Resources).length).toBeGreaterThan(50)
    expect([...new Set(left)].toSorted()).toEqual(whole.toSorted())
  })
})
