import type { ClientConfig } from '../kit/people/person.ts'
import { lookAtDays } from './analytics.ts'
import type { Scene } from './answers.ts'
import { changeProjectTogether, leaveProject, shareProject, workOnProject } from './project.ts'
import { payForAWhile } from './subscription.ts'
import type { Timeline } from './timeline.ts'
import { sendPictures } from './upload.ts'
import { join, leave } from './user.ts'

/** The whole story: people sign up, work, share, are refused, and leave. Throws if an expectation does not hold. */
export async function tellStory(config: ClientConfig, tell: Timeline): Promise<void> {
  const scene: Scene = { config, tell }
  tell.chapter('Two people sign up, with the codes from their mail.')
  const ann = await join(scene, 'ann')
  const bob = await join(scene, 'bob')

  const projectId = await workOnProject(scene, ann)
  await sendPictures(scene, ann, projectId)
  await payForAWhile(scene, ann)
  await shareProject(scene, { ann, bob, projectId })
  await changeProjectTogether(scene, { ann, bob, projectId })
  await lookAtDays(scene, bob)
  await leaveProject(scene, bob, projectId)
  await leave(scene, bob)
}
