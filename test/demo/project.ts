import { randomUUID } from 'node:crypto'
import type { Person } from '../kit/people/person.ts'
import { expectAnswer, expectProblem, mail, readAfter, type Scene } from './answers.ts'
import { Broken, expectFields, told, until } from './timeline.ts'

/** A person creates a project and works on it. Returns the project's id. */
export async function workOnProject(scene: Scene, ann: Person): Promise<string> {
  const { tell } = scene
  tell.chapter('Ann works on a project.')
  const key = { 'idempotency-key': randomUUID() }
  const created = await tell.step('ann creates a project', async () => {
    const answer = await ann.command('create-project', { title: 'Atlas' }, key)
    expectAnswer(answer, 200, { version: 1, events: { 0: { type: 'ProjectCreated' } } })
    return told(answer, `version ${answer.body['version']}`)
  })
  const projectId = String(created.body['id'])
  await tell.step('it becomes visible through the stream', async () => {
    const { ms } = await until('the project', async () => {
      const answer = await ann.query(`/projects/${projectId}`)
      return answer.status === 200 ? answer : undefined
    })
    return told(undefined, `${ms} ms after the answer`)
  })
  await mail(scene, ann, 'a mail says that it was created', /Atlas/)
  await tell.step('ann sends the same command again, same key', async () => {
    const answer = await ann.command('create-project', { title: 'Atlas' }, key)
    expectAnswer(answer, 200, created.body)
    return told(undefined, 'the first answer, and nothing happens twice')
  })
  await tell.step('ann uses that key for another command', async () => {
    const answer = await ann.command('create-project', { title: 'Globe' }, key)
    return told(undefined, expectProblem(answer, 409, 'key-reused'))
  })
  const renamed = await tell.step('ann renames it, having seen version 1', async () => {
    const answer = await ann.command('rename-project', { projectId, title: 'Globe' }, { 'if-match': '"1"' })
    expectAnswer(answer, 200, { version: 2 })
    return told(answer, 'version 2')
  })
  await tell.step('a second window still shows version 1', async () => {
    const answer = await ann.command('rename-project', { projectId, title: 'Map' }, { 'if-match': '"1"' })
    return told(undefined, expectProblem(answer, 412, 'version-mismatch'))
  })
  await tell.step('ann reads after her own write', async () => {
    const answer = await ann.query(`/projects/${projectId}`, readAfter(renamed))
    expectAnswer(answer, 200, { version: 2, title: 'Globe' })
    return told(undefined, 'the answer includes the change')
  })
  await tell.step('ann sends a title that is too long', async () => {
    const answer = await ann.command('rename-project', { projectId, title: 'x'.repeat(201) })
    expectFields(answer.body, { errors: { 0: { path: '/title' } } })
    return told(undefined, expectProblem(answer, 400, 'invalid-input'))
  })
  await tell.step('ann archives it, then tries to describe it', async () => {
    expectAnswer(await ann.command('archive-project', { projectId }), 200, { version: 3 })
    const answer = await ann.command('describe-project', { projectId, description: 'Maps' })
    return told(undefined, expectProblem(answer, 422, 'project-archived'))
  })
  await tell.step('ann restores it', async () => {
    expectAnswer(await ann.command('restore-project', { projectId }), 200, { version: 4 })
    return told(undefined, 'version 4')
  })
  return projectId
}

/** The owner shares a project with another person, who can do what their role allows. */
export async function shareProject(
  { tell }: Scene,
  { ann, bob, projectId }: { readonly ann: Person; readonly bob: Person; readonly projectId: string },
): Promise<void> {
  tell.chapter('Ann shares it with Bob.')
  await tell.step('bob looks for it before it is shared', async () =>
    told(undefined, expectProblem(await bob.query(`/projects/${projectId}`), 404, 'not-found')),
  )
  const shared = await tell.step('ann adds bob as a viewer', async () => {
    const answer = await ann.command('add-project-member', { projectId, email: bob.email, role: 'viewer' })
    expectAnswer(answer, 200, { version: 5 })
    return told(answer, 'by his address')
  })
  await tell.step('the project is in his list', async () => {
    const answer = await bob.query('/me/projects', readAfter(shared))
    expectAnswer(answer, 200, { items: { 0: { id: projectId, role: 'viewer' } } })
    return told(undefined, 'with the role viewer')
  })
  await tell.step('bob tries to rename it', async () => {
    const answer = await bob.command('rename-project', { projectId, title: 'Mine' })
    return told(undefined, expectProblem(answer, 403, 'forbidden'))
  })
  await tell.step('bob becomes an editor and renames it', async () => {
    await ann.command('add-project-member', { projectId, email: bob.email, role: 'editor' })
    const answer = await bob.command('rename-project', { projectId, title: 'Globe, second edition' })
    expectAnswer(answer, 200, { version: 7 })
    return told(undefined, 'version 7')
  })
}

/** Two members change a project at the same time. */
export async function changeProjectTogether(
  { tell }: Scene,
  { ann, bob, projectId }: { readonly ann: Person; readonly bob: Person; readonly projectId: string },
): Promise<void> {
  tell.chapter('They change it together.')
  const changed = await tell.step('ten changes at the same time, five from each', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, n) =>
        (n % 2 === 0 ? ann : bob).command('describe-project', { projectId, description: `Edition ${n}` }),
      ),
    )
    for (const answer of answers) expectAnswer(answer, 200, {})
    const versions = new Set(answers.map(({ body }) => body['version']))
    if (versions.size !== 10) throw new Broken(`ten commands left ${versions.size} versions`)
    return told(answers, 'ten events, none lost, no error')
  })
  await tell.step('ann tries to delete her account', async () => {
    const answer = await ann.command('delete-account', {})
    return told(undefined, expectProblem(answer, 422, 'owns-shared-projects'))
  })

  await tell.step('bob reads what has happened', async () => {
    const answer = await bob.query(`/projects/${projectId}/activity?limit=100`, readAfter(...changed))
    expectAnswer(answer, 200, { items: { length: 17 } })
    return told(undefined, '17 events, newest first')
  })
}

/** A member leaves a project. */
export async function leaveProject({ tell }: Scene, bob: Person, projectId: string): Promise<void> {
  tell.chapter('Bob leaves the project.')
  await tell.step('bob removes himself from the members', async () => {
    const answer = await bob.command('remove-project-member', { projectId, userId: bob.userId })
    expectAnswer(answer, 200, {})
    expectAnswer(await bob.query('/me/projects', readAfter(answer)), 200, { items: { length: 0 } })
    return told(undefined, 'his list is empty')
  })
}
