import { resolve } from 'node:path'
import * as z from 'zod/mini'
import { readAnnouncement } from '../../local/index.ts'
import { reasonOf } from './printing.ts'

/** A running backend: the addresses of its services and the names of its resources. */
export interface Stack {
  /** Whether it is a local cloud. */
  readonly isLocal: boolean
  /** For every AWS client. A setting that is missing has the default of the SDK. */
  readonly client: ClientSettings
  readonly outputs: z.infer<typeof outputsOf>
}

export interface ClientSettings {
  readonly endpoint?: string
  readonly region?: string
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string }
}

export interface Where {
  /** Name of a stack in an account; without it, the local cloud that runs on this machine. */
  readonly stack?: string | undefined
  readonly region?: string | undefined
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
 * Finds the backend by the outputs of its template: those of the local cloud that runs on the data folder
 * (`ANNALS_DATA`), or of a stack in the operator's account, whose credentials the SDK finds. Throws an Error that
 * says what to do if there is none.
 */
export async function findStack({ stack, region }: Where): Promise<Stack> {
  return stack === undefined ? findLocalCloud(region) : findDeployed(stack, region)
}

async function findLocalCloud(region: string | undefined): Promise<Stack> {
  if (region !== undefined) throw new Error('--region needs --stack')
  const dataDir = process.env['ANNALS_DATA'] || '.annals'
  const running = await readAnnouncement(resolve(dataDir))
  if (running === undefined)
    throw new Error(
      `no local cloud runs on ${dataDir}: npm start runs one, ANNALS_DATA=… names another folder, --stack NAME a stack in an account`,
    )
  const { endpoint } = running
  // To the local cloud, everyone who is not one of its functions is the developer.
  const credentials = { accessKeyId: 'operator', secretAccessKey: 'any' }
  const outputs = readOutputs(
    running.outputs,
    `The local cloud on ${dataDir} runs another template: start it again`,
  )
  return { isLocal: true, client: { endpoint, region: running.region, credentials }, outputs }
}

async function findDeployed(stack: string, region: string | undefined): Promise<Stack> {
  // Loaded here, so that commands on the local cloud do not wait for it.
  const { CloudFormationClient, DescribeStacksCommand } = await import('@aws-sdk/client-cloudformation')
  const client: ClientSettings = region === undefined ? {} : { region }
  const cloudFormation = new CloudFormationClient(client)
  const { Stacks: [found] = [] } = await cloudFormation
    .send(new DescribeStacksCommand({ StackName: stack }))
    .catch((error: unknown) => {
      throw new Error(`stack ${stack} is not found: ${reasonOf(error)}${remedyOf(error)}`)
    })
  const outputs = (found?.Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue])
  return {
    isLocal: false,
    client,
    outputs: readOutputs(
      Object.fromEntries(outputs),
      `Stack ${stack} lacks an output of this code: deploy it first`,
    ),
  }
}

function remedyOf(error: unknown): string {
  const text = String(error)
  if (/credentials/i.test(text)) return '; AWS_PROFILE=… names a profile of yours'
  return /region is missing/i.test(text) ? '; --region names it' : ''
}

function readOutputs(outputs: unknown, otherwise: string): Stack['outputs'] {
  const { data } = outputsOf.safeParse(outputs)
  if (data === undefined) throw new Error(otherwise)
  return data
}
