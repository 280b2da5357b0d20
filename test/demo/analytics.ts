import type { Person } from '../kit/people/person.ts'
import { expectAnswer, expectProblem, type Scene } from './answers.ts'
import { told } from './timeline.ts'

/** An admin reads the figures of each day. */
export async function lookAtDays({ tell }: Scene, bob: Person): Promise<void> {
  tell.chapter('Bob looks at the figures of each day.')
  await tell.step('the last thirty days, if he is an admin', async () => {
    const answer = await bob.query('/analytics/daily')
    if (answer.status === 403) return told(undefined, expectProblem(answer, 403, 'forbidden'))
    expectAnswer(answer, 200, { items: { length: 30 } })
    return told(undefined, 'a line for each')
  })
}
