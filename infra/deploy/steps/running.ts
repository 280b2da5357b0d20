import { allParked, resubmitAll } from '../../cli/ops/parked.ts'
import type { Ports } from '../../cli/ops/ports.ts'
import type { Finding } from '../checks/finding.ts'
import type { SmokeFailure } from '../smoke/smoke.ts'
import { type BuildOptions, buildGeneration, checkGenerations, unlistedProjections } from './generations.ts'

/** The result of trying parked streams again. */
export interface ParkedAfter {
  readonly done: number
  readonly parked: number
}

/** A backend that is deployed, as a deployment uses it. */
export interface Running {
  /** Whether its code may be switched at this moment. */
  checkGenerations(): Promise<readonly Finding[]>
  /** The projections whose newest version is not listed. */
  unlisted(): Promise<readonly string[]>
  /** Lists and builds a generation. Returns whether it is built. */
  build(projection: string): Promise<boolean>
  resubmit(): Promise<ParkedAfter>
  smoke(): Promise<SmokeFailure | undefined>
}

/** Opens a backend on the stores that the operator's commands use. */
export function openRunning(
  ports: Ports,
  o: BuildOptions & { readonly stage: string; readonly smoke: Running['smoke'] },
): Running {
  return {
    checkGenerations: () => checkGenerations(ports, o.stage),
    unlisted: () => unlistedProjections(ports),
    build: (projection) => buildGeneration(ports, projection, o),
    async resubmit() {
      const results = await resubmitAll(await allParked(ports), ports)
      const done = results.filter(({ outcome }) => outcome === 'done').length
      return { done, parked: results.length - done }
    },
    smoke: o.smoke,
  }
}
