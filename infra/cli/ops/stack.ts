import { resolve } from 'node:path'
import * as z from 'zod/mini'
import { physicalName, readAnnouncement } from '../../local/index.ts'
import { stackNames } from '../../stages/stage-name.ts'
import { dataFolderOf } from '../data-folder.ts'
import { reasonOf } from './printing.ts'

/** A running backend: the addresses of its services and the names of its resources. */
export interface Stack {
  /** Whether it is a local cloud. */
  readonly isLocal: boolean
  /** Settings for every AWS client. A missing setting has the default of the SDK. */
  readonly client: ClientSettings
  readonly outputs: z.infer<typeof outputsOf>
  readonly prefixes: ResourcePrefixes
}

/** The beginnings of the names that the resources of both stacks have, unless the code names them itself. */
export interface ResourcePrefixes {
  readonly data: string
  readonly service: string
}

export interface ClientSettings {
  readonly endpoint?: string
  readonly region?: string
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string }
}

export interface Where {
  readonly stage: string
  /** Whether to find it in an account; otherwise the local cloud that runs on this machine. */
  readonly aws?: boolean | undefined
  readonly region?: string | undefined
}

/** The names that CloudFormation gives to resources of a stage begin with these. */
export function prefixesOf(stage: string): ResourcePrefixes {
  const { data, service } = stackNames(stage)
  return { data: `${data}-`, service: `${service}-` }
}

/** The outputs of the template (`infra/stack/`) that the commands use. */
const outputsOf = z.object({
  EventStoreTable: z.string(),
  EventStoreStreamArn: z.string(),
  ReadModelTable: z.string(),
  EventBusName: z.string(),
  // Only `events handled` needs it, and stacks that were deployed earlier lack it.
  HandledEventsTable: z.optional(z.string()),
  // Only `admin` needs it.
  UserPoolId: z.optional(z.string()),
})

/**
 * Finds the backend of a stage by the outputs of its templates. They come from the local cloud that runs on the stage's
 * data folder, or from the data stack in the operator's account. The SDK finds the credentials. Throws an Error that
 * says what to do if there is none.
 */
export async function findStack({ stage, aws, region }: Where): Promise<Stack> {
  return aws ? findDeployed(stage, region) : findLocalCloud(stage, region)
}

async function findLocalCloud(stage: string, region: string | undefined): Promise<Stack> {
  if (region !== undefined) throw new Error('--region needs --aws')
  const dataDir = dataFolderOf(stage)
  const running = await readAnnouncement(resolve(dataDir))
  if (running === undefined)
    throw new Error(
      `no local cloud runs on ${dataDir}: start it with npm start, or choose another folder (ANNALS_DATA=…), another stage (--stage NAME) or your AWS account (--aws)`,
    )
  const { endpoint } = running
  // The local cloud treats every caller that is not one of its functions as the developer.
  const credentials = { accessKeyId: 'operator', secretAccessKey: 'any' }
  const outputs = readOutputs(
    running.outputs,
    `The local cloud on ${dataDir} runs another template: start it again`,
  )
  return {
    isLocal: true,
    client: { endpoint, region: running.region, credentials },
    outputs,
    prefixes: { data: physicalName(''), service: physicalName('') },
  }
}

async function findDeployed(stage: string, region: string | undefined): Promise<Stack> {
  // The client is loaded here, so that commands on the local cloud do not wait for it.
  const { CloudFormationClient, DescribeStacksCommand } = await import('@aws-sdk/client-cloudformation')
  const { data: stack } = stackNames(stage)
  const client: ClientSettings = region === undefined ? {} : { region }
  const cloudFormation = new CloudFormationClient(client)
  const { Stacks: [found] = [] } = await cloudFormation
    .send(new DescribeStacksCommand({ StackName: stack }))
    .catch((error: unknown) => {
      throw new Error(`stack ${stack} cannot be read: ${reasonOf(error)}${remedyOf(error)}`)
    })
  const outputs = (found?.Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue])
  return {
    isLocal: false,
    client,
    outputs: readOutputs(
      Object.fromEntries(outputs),
      `Stack ${stack} lacks an output that this code needs: deploy this code first`,
    ),
    prefixes: prefixesOf(stage),
  }
}

function remedyOf(error: unknown): string {
  const text = String(error)
  if (/credentials/i.test(text)) return '; AWS_PROFILE=… names a profile of yours'
  if (/region is missing/i.test(text)) return '; --region names it'
  return /ENOTFOUND/.test(text) ? '; check the network and the region' : ''
}

function readOutputs(outputs: unknown, otherwise: string): Stack['outputs'] {
  const { data } = outputsOf.safeParse(outputs)
  if (data === undefined) throw new Error(otherwise)
  return data
}
