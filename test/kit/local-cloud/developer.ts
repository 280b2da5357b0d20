import { inject } from 'vitest'
import { eventStoreTable } from '../stores/event-store-table.ts'
import type { RunningCloud } from './local-cloud.ts'

/** The event store's table of a local cloud in this test run, read without any of our own code. */
export function developer({ cloud, config }: RunningCloud) {
  return eventStoreTable({ assembly: inject('assembly'), endpoint: cloud.awsUrl, region: config.region })
}
