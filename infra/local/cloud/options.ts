import type { Log } from '../gateway/aws-service.ts'

export interface LocalCloudOptions {
  /** Returns the folder of the cloud assembly with the template, such as `cdk.out`. Called once the data folder is ours. */
  readonly assembly: () => Promise<string> | string
  readonly dataDir: string
  /** Ports of the API and of the AWS gateway; 0 picks one. */
  readonly port: number
  readonly awsPort: number
  readonly region: string
  /** Endpoint of a DynamoDB to use instead of the embedded one. */
  readonly endpoint?: string
  /** Whether that DynamoDB may be on another machine. */
  readonly allowRemote: boolean
  /** Groups that everyone who signs up joins. */
  readonly groups: readonly string[]
  /** How long a bus, a schedule or Lambda waits before each retry of a failed delivery. The default is that of AWS. */
  readonly retryDelaysMs?: readonly number[]
  /** The port at which a debugger finds the first function; each further function has the next port. */
  readonly inspectPort?: number
  readonly log: Log
}
