import { createMemoryCommitTable } from '../../commands/event-store/memory-commit-table.ts'
import { eventStoreContract } from '../contract/event-store.ts'

eventStoreContract('memory', () => createMemoryCommitTable())
