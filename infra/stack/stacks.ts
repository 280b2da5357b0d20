import { type App, Stack, Tags } from 'aws-cdk-lib'
import type { Stage } from '../stages/read-stage.ts'
import { stackNames } from '../stages/stage-name.ts'
import { type Api, addApiData } from './api.ts'
import { addBilling, addBillingData } from './billing.ts'
import { addMail, addMailData } from './mail.ts'
import { addMonitoring, addMonitoringData } from './monitoring.ts'
import { addPublishing, addPublishingData } from './publishing.ts'
import { addReadSide, addReadSideData } from './read-side.ts'
import { addReleases } from './releases.ts'
import { addUpload, addUploadData } from './upload.ts'
import { addWriteSide, addWriteSideData, type WriteSide } from './write-side.ts'

export interface StacksOptions {
  /** Folder of the bundled functions. */
  readonly bundles: string
  readonly stage: Stage
  /**
   * Whether the data stack, its tables and its pool refuse to be deleted. False only while the data stack is created:
   * CloudFormation cannot undo a failed creation of protected resources. True by default.
   */
  readonly isProtected?: boolean
}

/** The two stacks of a stage. */
export interface Stacks {
  /** Everything that must survive: tables, user pool, bucket, queues, bus and the API's address. */
  readonly data: Stack
  /** Everything that can be made again from the code. */
  readonly service: Stack
}

/**
 * The whole backend of a stage, for any account and region. Nothing in the data stack refers to the service stack, so
 * the service stack can be deleted and deployed again. The parts after publishing are optional: delete the file of one
 * and its lines here, and nothing of it is left in the stacks.
 */
export function addStacks(app: App, { bundles, stage, isProtected = true }: StacksOptions): Stacks {
  const { data, service } = emptyStacks(app, stage, isProtected)
  const stored = { stage, isProtected }
  addMonitoringData({ data, service, stage })

  const api = addApiData(data, stored)
  const writeSide = addWriteSideData(data, { bundles, api, ...stored })
  const readSideData = addReadSideData(data, stored)
  const publishingData = addPublishingData(data, stored)
  const mailData = addMailData(data, publishingData.bus, stored)
  const uploadData = addUploadData(data, stored)
  const billingData = addBillingData(data)

  addWriteSide(service, { bundles, stage, api, writeSide })
  const readSide = addReadSide(service, { bundles, stage, api, writeSide, data: readSideData })
  const publishing = addPublishing(service, {
    bundles,
    stage,
    api,
    writeSide,
    readSide,
    data: publishingData,
  })
  addMail(service, { stage, publishing, data: mailData })
  addUpload(service, { bundles, stage, api, writeSide, readSide, data: uploadData })
  addBilling(service, { bundles, stage, writeSide, readSide, data: billingData })
  // After all parts: a new part goes above this line.
  return completed({ data, service }, stage, { api, writeSide })
}

/** Adds the resources that follow from those of all parts. */
function completed(
  stacks: Stacks,
  stage: Stage,
  { api, writeSide: { eventStore } }: { readonly api: Api; readonly writeSide: WriteSide },
): Stacks {
  addMonitoring({ ...stacks, stage, api })
  addReleases({ ...stacks, stage, eventStore, httpApi: api.httpApi })
  return stacks
}

function emptyStacks(app: App, stage: Stage, isProtected: boolean): Stacks {
  const names = stackNames(stage.name)
  const data = new Stack(app, names.data, {
    description: `Annals ${stage.name}: the data, which is kept`,
    terminationProtection: isProtected,
  })
  const service = new Stack(app, names.service, {
    description: `Annals ${stage.name}: the functions and everything else that can be made again`,
  })
  service.addStackDependency(data)
  for (const stack of [data, service]) {
    Tags.of(stack).add('application', 'annals')
    Tags.of(stack).add('stage', stage.name)
  }
  return { data, service }
}
