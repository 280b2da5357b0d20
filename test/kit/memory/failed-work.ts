import type { FailedWork, TakenMessage, WorkQueue } from '../../../infra/cli/ops/failures/failed-work.ts'

export interface MemoryMessage {
  readonly id: string
  readonly body: string
  readonly sentAt?: number
  readonly attributes?: Readonly<Record<string, string>>
}

export interface MemoryWorkQueue {
  readonly name: string
  readonly redriveTo?: string
  readonly messages?: readonly MemoryMessage[]
}

export const arnOf = (name: string) => `arn:aws:sqs:eu-west-1:000000000000:${name}`

/** Queues in memory that hand out two messages at a time, and a record of everything that was done with their work. */
export function memoryFailedWork(declared: readonly MemoryWorkQueue[]) {
  const stored = new Map(declared.map(({ name, messages = [] }) => [name, [...messages]]))
  const done: unknown[][] = []
  /** Errors that the services answer with, each once. */
  const faults: Error[] = []
  const did = async (...what: unknown[]) => {
    const fault = faults.shift()
    if (fault !== undefined) throw fault
    done.push(what)
  }
  const messagesOf = (name: string) => stored.get(name) ?? []

  const work: FailedWork = {
    queues: async () =>
      declared.map(
        ({ name, redriveTo }): WorkQueue => ({
          name,
          url: `http://sqs/${name}`,
          arn: arnOf(name),
          messages: messagesOf(name).length,
          inFlight: 0,
          redrive: redriveTo === undefined ? undefined : { targetArn: arnOf(redriveTo), maxReceives: 60 },
        }),
      ),
    async visit({ name }, visitor) {
      const all = [...messagesOf(name)]
      for (let at = 0; at < all.length; at += 2) {
        const taken = all.slice(at, at + 2).map(
          ({ id, body, sentAt = 0, attributes = {} }): TakenMessage => ({
            id,
            body,
            sentAt,
            attributes,
            async delete() {
              await did('delete', name, id)
              stored.set(
                name,
                messagesOf(name).filter((one) => one.id !== id),
              )
            },
          }),
        )
        if (!(await visitor(taken))) return
      }
    },
    send: ({ name }, body) => did('send', name, body),
    invoke: (functionArn, payload) => did('invoke', functionArn, payload),
    start: (machineArn, name, input) => did('start', machineArn, name, input),
    functionArn: async (name) => (name === 'Missing' ? undefined : `arn:aws:lambda:::function:${name}`),
  }
  return { work, done, faults, idsIn: (name: string) => messagesOf(name).map(({ id }) => id) }
}
