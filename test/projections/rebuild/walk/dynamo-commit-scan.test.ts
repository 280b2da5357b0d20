import { createDynamoCommitTable } from '../../../../commands/event-store/dynamo-commit-table.ts'
import { createDynamoCommitScan } from '../../../../projections/rebuild/walk/dynamo-commit-scan.ts'
import { commitScanContract } from '../../../contract/commit-scan.ts'
import { embeddedDynamoDb } from '../../../kit/stores/embedded-dynamodb.ts'

const { client, table } = await embeddedDynamoDb()
const commits = await table('scanned', { pk: 'S', sk: 'N' })

commitScanContract('DynamoDB', () => ({
  commits: createDynamoCommitTable(client, commits),
  scan: (options) => createDynamoCommitScan(client, commits, options),
}))
