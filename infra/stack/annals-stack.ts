import { type App, Stack } from 'aws-cdk-lib'
import type { PipelineType } from '../build/settings.ts'
import { addApi } from './api.ts'
import { addBilling } from './billing.ts'
import { addMail } from './mail.ts'
import { addPublishing } from './publishing.ts'
import { addReadSide } from './read-side.ts'
import { addUpload } from './upload.ts'
import { addWriteSide } from './write-side.ts'

export interface StackOptions {
  /** Folder of the bundled functions. */
  readonly bundles: string
  /** Sender address of mail. */
  readonly mailFrom: string
  /** `EXPRESS` by default. */
  readonly pipelineType?: PipelineType
}

/**
 * The whole backend, for any account and region. The parts after publishing are optional: delete the file of one and
 * its line here, and nothing of it is left in the stack.
 */
export function addAnnalsStack(app: App, options: StackOptions): Stack {
  const { bundles } = options
  const stack = new Stack(app, 'Annals', {
    description: 'Annals: an event-sourced backend on DynamoDB Streams',
    terminationProtection: true,
  })
  const api = addApi(stack)
  const writeSide = addWriteSide(stack, { bundles, api })
  const readSide = addReadSide(stack, { bundles, api, writeSide })
  const publishing = addPublishing(stack, { bundles, api, writeSide, readSide })
  addMail(stack, { mailFrom: options.mailFrom, publishing })
  addUpload(stack, {
    bundles,
    pipelineType: options.pipelineType ?? 'EXPRESS',
    api,
    writeSide,
    readSide,
  })
  addBilling(stack, { bundles, writeSide, readSide })
  return stack
}
