/** The final outcome of a command. There are several answers if it was sent several times. */
export interface Outcome {
  readonly name: string
  readonly answers: readonly { readonly status: number; readonly answer: CommandAnswer }[]
}

/** The body of a command's 200. */
export interface CommandAnswer {
  readonly id: string
  readonly stream: string
  readonly version: number
  readonly events: readonly { readonly type: string; readonly version: number }[]
  readonly position: string
}

export interface Client {
  /** Sends a command until the answer is definite, sometimes as two copies at once. */
  command(name: string, body: object, headers?: { [name: string]: string }): Promise<Outcome>
  /** Reads with the position that the answer must show. Throws an Error if it shows less. */
  read(route: string, parameters: Readonly<Record<string, string>>, known: CommandAnswer): Promise<void>
}
