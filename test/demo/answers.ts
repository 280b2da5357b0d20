import { type Answer, type ClientConfig, type Mail, mailsTo, type Person } from '../kit/people/person.ts'
import { Broken, expectFields, type Timeline, told, until } from './timeline.ts'

/** The backend in which the story happens, and the timeline that tells it. */
export interface Scene {
  readonly config: ClientConfig
  readonly tell: Timeline
}

/** Waits for a mail. */
export async function mail(
  { config, tell }: Scene,
  { email }: Person,
  what: string,
  subject: RegExp,
): Promise<void> {
  await tell.step(what, async () => {
    const { value, ms } = await until<Mail>(what, async () =>
      (await mailsTo(config, email)).find((each) => subject.test(each.subject)),
    )
    return told(undefined, `“${value.subject}”, ${ms} ms later`)
  })
}

/** The header that makes a query answer from after these commands. */
export const readAfter = (...answers: readonly Answer[]) => ({
  'read-after': answers.map(({ body }) => body['position']).join(', '),
})

export function expectAnswer(answer: Answer, status: number, fields: unknown): void {
  if (answer.status !== status) {
    throw new Broken(`${answer.status}, not ${status}: ${JSON.stringify(answer.body)}`)
  }
  expectFields(answer.body, fields)
}

/** Checks the answer for this problem. Returns the line that reports it. */
export function expectProblem(answer: Answer, status: number, code: string): string {
  expectAnswer(answer, status, { type: `urn:annals:problem:${code}` })
  return `${status} ${code}`
}
