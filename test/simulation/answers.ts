/** What a command came to at last. Several answers came where it was sent several times. */
export interface Outcome {
  readonly name: string
  readonly answers: readonly { readonly status: number; readonly answer: CommandAnswer }[]
}

/** What a command answers with 200. */
export interface CommandAnswer {
  readonly id: string
  readonly stream: string
  readonly version: number
  readonly events: readonly { readonly type: string; readonly version: number }[]
  readonly position: string
}

export interface Client {
  /** Sends a command until the answer is definite; at times in two copies at once. */
  command(name: string, body: object, headers?: { [name: string]: string }): Promise<Outcome>
  /** Reads, with the position that it has to show. Throws where it shows less. */
  read(route: string, parameters: Readonly<Record<string, string>>, known: CommandAnswer): Promise<void>
}
