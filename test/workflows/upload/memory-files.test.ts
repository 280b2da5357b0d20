import { filesContract } from '../../contract/upload/files.ts'
import { createMemoryFiles } from '../../kit/upload/memory-files.ts'

filesContract('in memory', createMemoryFiles)
