import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import type { AwsService } from '../../../infra/local/gateway/aws-service.ts'
import { type GatewayOptions, startGateway } from '../../../infra/local/gateway/gateway.ts'

export const region = 'eu-west-1'

/** Of the test that runs: a data folder, and every line that was logged. */
export let dataDir: string
export let lines: string[]
const closers: (() => unknown)[] = []

/** Gives each test of a file a data folder, and closes what the test started. */
export function withDataDir(): void {
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'annals-service-'))
    lines = []
  })
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close()
    rmSync(dataDir, { recursive: true, maxRetries: 5 })
  })
}

export const log = (source: string, message: string) => void lines.push(`${source} ${message}`)

/** Closes this when the test is over, before what was started earlier. */
export function closeAfter(close: () => unknown): void {
  closers.push(close)
}

/** Serves a service as the local cloud does. Resolves to what an AWS client needs to call it. */
export async function serve(service: AwsService, refusal: GatewayOptions['refusal'] = () => undefined) {
  const gateway = await startGateway({
    port: 0,
    services: [service],
    page: () => undefined,
    refusal,
    // The gate is in front; the services behind it have rules of their own for origins.
    origins: { accepts: () => true },
    log,
  })
  closeAfter(gateway.close)
  const credentials = { accessKeyId: 'anyone', secretAccessKey: 'any' }
  return { endpoint: gateway.url, region, credentials, maxAttempts: 1 }
}
