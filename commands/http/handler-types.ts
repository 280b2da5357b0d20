import type { Cost, Deadline } from '../../domain/kernel/cost.ts'
import type { Command } from '../../domain/kernel/decider.ts'
import type { EventStore } from '../../domain/kernel/event-store.ts'
import type { ReservationReader } from '../../domain/kernel/reservation.ts'
import type { StreamName } from '../../domain/kernel/stream.ts'
import type { Executed, ExecuteOptions } from '../execution/execute.ts'
import type { Execution } from '../execution/execution.ts'
import type { BodyOf, FeatureContract, FunctionOf } from './contract-types.ts'

/** The stream that a command is sent to, and the function that executes the command there. */
export interface Target {
  /** Id of the aggregate, without its name. */
  readonly id: string
  readonly stream: StreamName
  readonly execute: (ids: ExecutionIds, options: ExecuteOptions) => Promise<Executed>
  /** The cost of the handler's own reads. */
  readonly cost?: Cost
  /** Further fields of the answer. They are read after the command was executed. */
  readonly answer?: () => Promise<{ readonly fields: Readonly<Record<string, unknown>>; readonly cost: Cost }>
  /** Whether the command closes the actor's account. No other command of theirs is admitted after it. */
  readonly closesAccount?: boolean
}

export type ExecutionIds = Omit<Execution<Command>, 'stream' | 'command'>

export interface CommandContext {
  readonly actorId: string
  /** The id of the aggregate, if the command creates one. */
  readonly createdId: string
  /** The event store, to read the state of other aggregates. */
  readonly store: EventStore
  readonly reservations: ReservationReader
  /** Milliseconds since 1970. */
  readonly now: number
  readonly deadline: Deadline
}

/** Turns the body of a command into a command on a stream. */
export type CommandHandler<Body> = (body: Body, context: CommandContext) => Target | Promise<Target>

/**
 * The handlers of a contract's commands: either of those that the command API executes, or of those whose contract
 * names the function `Fn`. A command without a handler does not compile.
 */
export type HandlersOf<
  Contract extends Pick<FeatureContract, 'commands'>,
  Fn extends string | undefined = undefined,
> = {
  readonly [Name in keyof Contract['commands'] as FunctionOf<Contract['commands'][Name]> extends Fn
    ? Name
    : never]: CommandHandler<BodyOf<Contract, Name>>
}

/**
 * The handlers of a function, by the names of their commands. Each one accepts the body that its contract describes.
 */
export type CommandHandlers = Readonly<Record<string, CommandHandler<never>>>
