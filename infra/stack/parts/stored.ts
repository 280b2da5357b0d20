import { RemovalPolicy } from 'aws-cdk-lib'
import { Billing, TableClass, type TablePropsV2 } from 'aws-cdk-lib/aws-dynamodb'
import type { Stage } from '../../stages/read-stage.ts'

/** The inputs of every resource that keeps data. */
export interface Stored {
  readonly stage: Stage
  /** Whether it refuses to be deleted. */
  readonly isProtected: boolean
}

/**
 * Keeps a resource when its stack is deleted or replaces it. A resource whose creation fails is removed, so that the
 * next attempt finds nothing in its way.
 */
export const keep = RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE

/** The billing and the class of every table, as the settings choose them. */
export function tableSettings({ settings }: Stage): Pick<TablePropsV2, 'billing' | 'tableClass'> {
  const { maxUnits, class: tableClass } = settings.tables
  return {
    billing: Billing.onDemand(
      maxUnits && { maxReadRequestUnits: maxUnits.read, maxWriteRequestUnits: maxUnits.write },
    ),
    ...(tableClass === 'STANDARD_INFREQUENT_ACCESS' && { tableClass: TableClass.STANDARD_INFREQUENT_ACCESS }),
  }
}
