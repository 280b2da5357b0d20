import { createMemoryParkedStreams } from '../../projections/forwarder/memory-parked-streams.ts'
import { parkedStreamsContract } from '../contract/parked-streams.ts'

parkedStreamsContract('memory', createMemoryParkedStreams)
