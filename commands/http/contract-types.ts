import type * as z from 'zod/mini'

/** The commands and queries that one feature offers, by their names and paths. All features together have the same shape. */
export interface FeatureContract {
  readonly commands: Readonly<Record<string, CommandContract>>
  readonly queries: Readonly<Record<string, QueryContract>>
}

export interface CommandContract {
  readonly summary: string
  /** Whether it starts a stream; such a command takes no `If-Match`. */
  readonly creates: boolean
  readonly body: z.ZodMiniType
  /** The fields of its answer that other commands do not have. */
  readonly answers?: z.ZodMiniObject
  /** The function that carries it out, if it has one of its own. */
  readonly function?: string
}

export type QueryContract = ItemContract | ReportContract

/** Answers one item, or a page of many with a cursor. */
export interface ItemContract {
  readonly summary: string
  readonly kind: 'one' | 'many'
  readonly item: z.ZodMiniType
}

/** Answers all items that its parameters ask for, to the people of a group. */
export interface ReportContract {
  readonly summary: string
  readonly kind: 'report'
  /** A group of the user pool. */
  readonly group: string
  /** Of the query string, by name. */
  readonly parameters: z.ZodMiniObject<Readonly<Record<string, z.ZodMiniOptional<z.ZodMiniType>>>>
  readonly item: z.ZodMiniType
}

/** The functions that a contract names: `undefined` for the commands that the command API carries out. */
export type FunctionOf<Command extends CommandContract> = Command extends { readonly function: infer Fn }
  ? Fn
  : undefined

/** The body of one of a contract's commands, once it is parsed: `BodyOf<typeof userContract, 'change-profile'>`. */
export type BodyOf<
  Contract extends Pick<FeatureContract, 'commands'>,
  Name extends keyof Contract['commands'],
> = z.infer<Contract['commands'][Name]['body']>

/** An item that one of a contract's queries answers: `ItemOf<typeof userContract, '/me'>`. */
export type ItemOf<
  Contract extends Pick<FeatureContract, 'queries'>,
  Path extends keyof Contract['queries'],
> = z.infer<Contract['queries'][Path]['item']>
