import { filesContract } from '../../contract/files.ts'
import { createMemoryFiles } from '../../kit/memory/memory-files.ts'

filesContract('in memory', createMemoryFiles)
