import type { Cost, Deadline } from '../../domain/kernel/cost.ts'
import type { Command } from '../../domain/kernel/decider.ts'
import type { EventStore } from '../../domain/kernel/event-store.ts'
import type { ReservationReader } from '../../domain/kernel/reservation.ts'
import type { StreamName } from '../../domain/kernel/stream.ts'
import type { Executed, ExecuteOptions, Execution } from '../execution/execute.ts'
import type { UploadForms } from '../upload/upload-forms.ts'
/** What a command is sent to. */
export interface Target {
  /** Id of the aggregate, without its name. */
  readonly id: string
  readonly stream: StreamName
  readonly execute: (ids: ExecutionIds, options: ExecuteOptions) => Promise<Executed>
  /** What was consumed to find out what the command needs to know. */
  readonly cost?: Cost
  /** What the answer says besides, once the command is carried out. */
  readonly answer?: () => Promise<{ readonly fields: Readonly<Record<string, unknown>>; readonly cost: Cost }>
}
export type ExecutionIds = Omit<Execution<Command>, 'stream' | 'command'>
export interface CommandContext {
  readonly actorId: string
  /** The id that a creating command gives to what it creates. */
  readonly createdId: string
  /** To see other aggregates by. */
  readonly store: EventStore
  readonly reservations: ReservationReader
  /** In the function that gives out forms. */
  readonly forms?: UploadForms | undefined
  /** Milliseconds since 1970. */
  readonly now: number
  readonly deadline: Deadline
}
