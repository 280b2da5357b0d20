import { createMemoryCommitTable } from '../../../../commands/event-store/memory-commit-table.ts'
import { createMemoryCommitScan } from '../../../../projections/rebuild/walk/memory-commit-scan.ts'
import { commitScanContract } from '../../../contract/commit-scan.ts'

commitScanContract('memory', () => {
  const commits = createMemoryCommitTable()
  return { commits, scan: (options) => createMemoryCommitScan(commits, options) }
})
