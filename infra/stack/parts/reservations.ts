import { AttributeType, TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import type { Construct } from 'constructs'
import { keep, type Stored, tableSettings } from './stored.ts'

/**
 * The table of reservations: values that at most one stream may hold, such as an email address. A reservation is written
 * in one transaction with the commit that takes or releases it, and the table is kept as long as the commits.
 */
export function addReservations(scope: Construct, { stage, isProtected }: Stored): TableV2 {
  return new TableV2(scope, 'Reservations', {
    partitionKey: { name: 'pk', type: AttributeType.STRING },
    sortKey: { name: 'sk', type: AttributeType.STRING },
    ...tableSettings(stage),
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    deletionProtection: isProtected,
    removalPolicy: keep,
  })
}
