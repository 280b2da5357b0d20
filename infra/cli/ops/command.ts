import type { Ports, Stores } from './ports.ts'

/** The operator's request, without the stack that it is for. */
export interface OpsRequest {
  /** The words after the command's name. */
  readonly operands: readonly string[]
  readonly options: Options
  /** A signal that ctrl-c aborts. The process then ends as soon as the command returns. */
  readonly untilInterrupted: () => AbortSignal
  /** Prints one of several results: a line of text, or of JSON with `--json`. */
  readonly print: (json: unknown, text: string) => void
  /** Prints a line that is not part of the result, such as progress. */
  readonly tell: (text: string) => void
}

export interface Options {
  readonly version?: string | undefined
  readonly at?: string | undefined
  readonly all?: boolean | undefined
  readonly repair?: boolean | undefined
  readonly acceptParked?: boolean | undefined
  readonly email?: string | undefined
  readonly title?: string | undefined
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly segments?: string | undefined
  readonly speed?: string | undefined
  readonly reason?: string | undefined
  readonly event?: string | undefined
}

export interface Answer {
  readonly json: unknown
  readonly text: string
  /** True if the command did not achieve its purpose. The exit code is then 1. */
  readonly failed?: boolean
}

/** A command of `npm run ops`. */
export interface OpsCommand {
  /** Its name, one word or two. */
  readonly name: string
  readonly usage: string
  readonly summary: string
  /** Its own options. All commands share the others. */
  readonly options: readonly (keyof Options)[]
  /** Returns undefined if it has printed everything itself. Throws an Error of one line that says what to do. */
  run(
    request: OpsRequest,
    /** Opens everything. Throws if a module of this checkout cannot be loaded. */
    ports: () => Promise<Ports>,
    /** Opens only the stores, for a command that folds nothing. This works even if the checkout is broken. */
    stores: () => Promise<Stores>,
  ): Promise<Answer | undefined>
}

/** Returns the only operand of a command. Throws unless there is exactly one. */
export function oneOperand({ operands }: OpsRequest, what: string): string {
  const [operand, ...more] = operands
  if (operand === undefined || more.length > 0) throw new Error(`give one ${what}, and nothing else`)
  return operand
}
