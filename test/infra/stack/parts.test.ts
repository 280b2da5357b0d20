import { App, Stack } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { CURRENTLY_RECOMMENDED_FLAGS } from 'aws-cdk-lib/cx-api'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import { addApiData } from '../../../infra/stack/api.ts'
import { addBilling, addBillingData } from '../../../infra/stack/billing.ts'
import { addMail, addMailData } from '../../../infra/stack/mail.ts'
import { addMonitoring, addMonitoringData } from '../../../infra/stack/monitoring.ts'
import { addPublishing, addPublishingData } from '../../../infra/stack/publishing.ts'
import { addReadSide, addReadSideData } from '../../../infra/stack/read-side.ts'
import { addWriteSide, addWriteSideData } from '../../../infra/stack/write-side.ts'
import { readStage, type Stage } from '../../../infra/stages/read-stage.ts'
import { declaredResources } from '../../kit/local-cloud/declared-resources.ts'
import type { OptionalPart, RequiredParts } from './optional-part.ts'
import { uploadPart } from './upload/part.ts'

let stage: Stage
beforeAll(async () => {
  stage = await readStage('dev', {})
})

/** The parts that every stage has. */
function requiredParts(): RequiredParts {
  const bundles = inject('bundles')
  const app = new App({
    context: CURRENTLY_RECOMMENDED_FLAGS,
    analyticsReporting: false,
    treeMetadata: false,
    builtinCloudFormationValidation: false,
  })
  const data = new Stack(app, 'annals-dev-data')
  const service = new Stack(app, 'annals-dev-service')
  const stored = { stage, isProtected: true }
  const shared = { bundles, stage }
  addMonitoringData({ data, service, stage })
  const api = addApiData(data, stored)
  const writeSide = addWriteSideData(data, { bundles, api, ...stored })
  const readSideData = addReadSideData(data, stored)
  const publishingData = addPublishingData(data, stored)
  addWriteSide(service, { ...shared, api, writeSide })
  const readSide = addReadSide(service, { ...shared, api, writeSide, data: readSideData })
  const publishing = addPublishing(service, { ...shared, api, writeSide, readSide, data: publishingData })
  return { data, service, stage, bundles, api, writeSide, readSide, publishing }
}

const optional: readonly OptionalPart[] = [
  {
    name: 'mail',
    add: ({ data, service, publishing }) =>
      addMail(service, {
        stage,
        publishing,
        data: addMailData(data, publishing.bus, { stage, isProtected: true }),
      }),
    marks: ['MAIL_FROM', 'ses:', 'SendMail', 'WelcomeEmail'],
  },
  {
    name: 'billing',
    add: ({ data, service, bundles, writeSide, readSide }) =>
      addBilling(service, {
        bundles,
        stage,
        writeSide,
        readSide,
        data: addBillingData(data),
      }),
    marks: ['IssueInvoices', 'issue-invoices'],
  },
  uploadPart,
]

interface Resources {
  readonly Resources: object
}

/** The resources of both stacks with only these optional parts. */
function resourcesWith(...parts: readonly OptionalPart[]): Readonly<Record<string, unknown>> {
  const required = requiredParts()
  for (const part of parts) part.add(required)
  addMonitoring(required)
  const templates = [required.data, required.service].map((stack): Resources => {
    const { Resources }: Resources = JSON.parse(JSON.stringify(Template.fromStack(stack).toJSON()))
    return { Resources }
  })
  return Object.assign({}, ...templates.map(({ Resources }) => Resources))
}

describe('an optional part of the stacks', () => {
  it.each(optional)('leaves nothing behind when it is removed: $name', (part) => {
    const whole = JSON.stringify([...declaredResources().values()])
    const without = JSON.stringify(resourcesWith(...optional.filter((other) => other !== part)))
    for (const mark of part.marks) {
      expect(whole).toContain(mark)
      expect(without).not.toContain(mark)
    }
  })

  it('is removed without any resource of the other parts', () => {
    const whole = [...declaredResources().values()].map(({ logicalId }) => logicalId)
    const least = resourcesWith()
    const left = optional.flatMap((part) => Object.keys(resourcesWith(part)))
    expect(Object.keys(least).length).toBeGreaterThan(50)
    expect([...new Set(left)].toSorted()).toEqual(whole.toSorted())
  })
})
