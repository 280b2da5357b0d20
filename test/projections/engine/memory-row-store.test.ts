import { createMemoryRowStore } from '../../../projections/engine/memory-row-store.ts'
import { rowStoreContract } from '../../contract/row-store.ts'

rowStoreContract('memory', () => createMemoryRowStore())
