import type * as z from 'zod/mini'

/** The commands and queries of one feature, by their names and paths. All features together have the same shape. */
export interface FeatureContract {
  readonly commands: Readonly<Record<string, CommandContract>>
  readonly queries: Readonly<Record<string, QueryContract>>
}

export interface CommandContract {
  readonly summary: string
  /** Whether the command starts a stream. Such a command does not accept `If-Match`. */
  readonly creates: boolean
  readonly body: z.ZodMiniType
  /** Fields of the answer that other commands do not have. */
  readonly answers?: z.ZodMiniObject
  /** The function that executes the command, if it has one of its own. */
  readonly function?: string
}

export type QueryContract = ItemContract | ReportContract

/** A query for one item, or for many items in pages with a cursor. */
export interface ItemContract {
  readonly summary: string
  readonly kind: 'one' | 'many'
  readonly item: z.ZodMiniType
}

/** A query for all items that its parameters select. Only the people of a group may send it. */
export interface ReportContract {
  readonly summary: string
  readonly kind: 'report'
  /** A group of the user pool. */
  readonly group: string
  /** The parameters of the query string, by name. */
  readonly parameters: z.ZodMiniObject<Readonly<Record<string, z.ZodMiniOptional<z.ZodMiniType>>>>
  readonly item: z.ZodMiniType
}

/** The functions that a contract names; `undefined` for the commands that the command API executes. */
export type FunctionOf<Command extends CommandContract> = Command extends { readonly function: infer Fn }
  ? Fn
  : undefined

/** The parsed body of one of a contract's commands: `BodyOf<typeof userContract, 'change-profile'>`. */
export type BodyOf<
  Contract extends Pick<FeatureContract, 'commands'>,
  Name extends keyof Contract['commands'],
> = z.infer<Contract['commands'][Name]['body']>

/** An item in the answer to one of a contract's queries: `ItemOf<typeof userContract, '/me'>`. */
export type ItemOf<
  Contract extends Pick<FeatureContract, 'queries'>,
  Path extends keyof Contract['queries'],
> = z.infer<Contract['queries'][Path]['item']>
