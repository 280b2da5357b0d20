import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach } from 'vitest'
import type { AwsService } from '../../../infra/local/gateway/aws-service.ts'
import { type GatewayOptions, startGateway } from '../../../infra/local/gateway/gateway.ts'

export const region = 'eu-west-1'

/** The data folder of the running test, and every line that was logged. */
export let dataDir: string
export let lines: string[]
const closers: (() => unknown)[] = []

/** Gives each test of a file a data folder, and closes everything that the test started. */
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

/** Closes a resource after the test, before the resources that were opened earlier. */
export function closeAfter(close: () => unknown): void {
  closers.push(close)
}

/** Serves a service as the local cloud does. Resolves to the settings that an AWS client needs to call it. */
export async function serve(service: AwsService, refusal: GatewayOptions['refusal'] = () => undefined) {
  const gateway = await startGateway({
    port: 0,
    services: [service],
    page: () => undefined,
    refusal,
    // The gate runs before the services, which have their own rules for origins.
    origins: { accepts: () => true },
    log,
  })
  closeAfter(gateway.close)
  const credentials = { accessKeyId: 'anyone', secretAccessKey: 'any' }
  return { endpoint: gateway.url, region, credentials, maxAttempts: 1 }
}
