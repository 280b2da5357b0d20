import type { Ports } from './ports.ts'

/** The operator's request, without the stack that it is for. */
export interface OpsRequest {
  /** What stands after the command's name. */
  readonly operands: readonly string[]
  readonly options: Options
  /** Takes ctrl-c for the end of what is asked for, which then is no failure. */
  readonly untilInterrupted: () => AbortSignal
  /** Prints what comes piece by piece: a line of text, or of JSON where that was asked for. */
  readonly print: (json: unknown, text: string) => void
  /** Tells the person at the terminal something that is no part of the answer. */
  readonly tell: (text: string) => void
}

export interface Options {
  readonly version?: string | undefined
  readonly at?: string | undefined
  readonly all?: boolean | undefined
  readonly repair?: boolean | undefined
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly segments?: string | undefined
  readonly speed?: string | undefined
}

export interface Answer {
  readonly json: unknown
  readonly text: string
  /** What was asked for was not achieved: the exit code is 1. */
  readonly failed?: boolean
}

/** A command of `npm run ops`. */
export interface OpsCommand {
  /** Its name, one word or two. */
  readonly name: string
  readonly usage: string
  readonly summary: string
  /** The options that it takes, besides those that all commands take. */
  readonly options: readonly (keyof Options)[]
  /** Throws an Error in one line that says what to do. Without an answer, it has printed everything itself. */
  run(request: OpsRequest, ports: () => Promise<Ports>): Promise<Answer | undefined>
}

/** The one operand of a command. Throws where there is none, or more. */
export function oneOperand({ operands }: OpsRequest, what: string): string {
  const [operand, ...more] = operands
  if (operand === undefined || more.length > 0) throw new Error(`give one ${what}, and nothing else`)
  return operand
}
