import { CfnFunction } from 'aws-cdk-lib/aws-lambda'
import type { IConstruct } from 'constructs'

/** The functions that read every event: those behind the stream, and the one that catches up for a query. */
const readers: readonly string[] = [
  'Projector',
  'ProjectorRedrive',
  'Forwarder',
  'ForwarderRedrive',
  'QueryApi',
]

/**
 * Lets CloudFormation update the functions that read events before all others, which may write them. Otherwise a reader
 * of the old release could meet an event of the new one, and park its stream. Throws an Error if a reader is missing.
 */
export function deployReadersFirst(service: IConstruct): void {
  const functions = service.node.findAll().filter((node) => node instanceof CfnFunction)
  const nameOf = (one: CfnFunction) => one.node.scope?.node.id ?? ''
  const first = functions.filter((one) => readers.includes(nameOf(one)))
  if (first.length !== readers.length)
    throw new Error(`${readers.join(', ')} have to be in the service stack: correct the names of the readers`)
  for (const other of functions) {
    if (first.includes(other)) continue
    for (const reader of first) other.addResourceDependency(reader)
  }
}
