import type { Person } from '../kit/people/person.ts'
import { expectAnswer, expectProblem, readAfter, type Scene } from './answers.ts'
import { told } from './timeline.ts'

/** A person pays for more storage, and stops paying. */
export async function payForAWhile({ tell }: Scene, ann: Person): Promise<void> {
  tell.chapter('Ann pays for a while.')
  await tell.step('ann chooses the pro plan', async () => {
    const answer = await ann.command('change-plan', { plan: 'pro' })
    expectAnswer(answer, 200, {})
    const { body } = await ann.query('/me/usage', readAfter(answer))
    return told(
      undefined,
      `storage for ${body['bytesAllowed']} bytes, of which ${body['bytesUsed']} are used`,
    )
  })
  await tell.step('ann cancels it', async () => {
    const answer = await ann.command('cancel-subscription', {})
    expectAnswer(answer, 200, {})
    expectAnswer(await ann.query('/me/subscription', readAfter(answer)), 200, { plan: 'free' })
    return told(undefined, 'and is on the free plan; the invoice follows at the end of the month')
  })
  await tell.step('ann chooses a plan that does not exist', async () => {
    return told(
      undefined,
      expectProblem(await ann.command('change-plan', { plan: 'all' }), 400, 'invalid-input'),
    )
  })
}
