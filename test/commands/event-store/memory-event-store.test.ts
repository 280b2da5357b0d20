import { createMemoryCommitTable } from '../../../commands/event-store/memory-commit-table.ts'
import { eventStoreContract } from '../../contract/event-store.ts'
import { snapshotContract } from '../../contract/snapshots.ts'

eventStoreContract('memory', () => createMemoryCommitTable())
snapshotContract('memory', () => createMemoryCommitTable())
