import { createMemoryParkedStreams } from '../../../projections/publishing/memory-parked-streams.ts'
import { parkedStreamsContract } from '../../contract/parked-streams.ts'

parkedStreamsContract('memory', createMemoryParkedStreams)
