import { describe, expect, it } from 'vitest'
import type { Answer } from '../../../../infra/deploy/smoke/backend.ts'
import { featureSteps } from '../../../../infra/deploy/smoke/features.ts'
import { projectSteps } from '../../../../infra/deploy/smoke/project.ts'
import type { Scene } from '../../../../infra/deploy/smoke/step.ts'

const renamed = 'Smoke test, renamed'
const ok = (body: Answer['body']): Answer => ({ status: 200, body })

/** Takes the steps against these answers. Returns the name of the step that failed, with its reason, and all requests. */
async function take(over: Readonly<Record<string, Answer>> = {}) {
  const answers: Readonly<Record<string, Answer>> = {
    'create-project': ok({ id: 'p1' }),
    'rename-project': ok({ position: 'project-p1/2' }),
    '/projects/p1': ok({ title: renamed }),
    '/projects/p1/activity': ok({ items: [{}, {}] }),
    ...over,
  }
  const asked: unknown[] = []
  const answer = (name: string, sent: unknown): Answer => {
    asked.push([name, sent])
    return answers[name] ?? { status: 404, body: {} }
  }
  const scene: Scene = {
    command: async (name, body) => answer(name, body),
    query: async (path, headers) => answer(path, headers),
    async until(ask, wrong) {
      const what = wrong(await ask())
      if (what !== undefined) throw new Error(what)
    },
  }
  for (const step of projectSteps()) {
    const failed = await step.run(scene).then(
      () => undefined,
      (error: Error) => `${step.name}: ${error.message}`,
    )
    if (failed !== undefined) return { failed, asked }
  }
  return { failed: undefined, asked }
}

describe('the smoke test of projects', () => {
  it('is part of the smoke test', () => {
    expect(featureSteps).toContain(projectSteps)
  })

  it('creates a project, renames it, and reads it after its own write and from the feed', async () => {
    const { failed, asked } = await take()
    expect(failed).toBeUndefined()
    expect(asked).toEqual([
      ['create-project', { title: 'Smoke test' }],
      ['rename-project', { projectId: 'p1', title: renamed }],
      ['/projects/p1', { 'read-after': 'project-p1/2' }],
      ['/projects/p1/activity', undefined],
    ])
  })

  it.each([
    ['create-project', { status: 500, body: {} }, 'a project is created: answers 500: {}'],
    ['rename-project', { status: 409, body: {} }, 'the project is renamed: answers 409: {}'],
    [
      '/projects/p1',
      ok({ title: 'Smoke test' }),
      `a query with Read-After shows the new title: the title is "Smoke test", not "${renamed}"`,
    ],
    [
      '/projects/p1/activity',
      ok({ items: [{}] }),
      'the feed shows both events through the stream: answers 200 with 1 of 2 events',
    ],
    [
      '/projects/p1/activity',
      { status: 404, body: {} },
      'the feed shows both events through the stream: answers 404 with 0 of 2 events',
    ],
  ] as const)('fails if %s answers %j', async (name, answer, reason) => {
    expect((await take({ [name]: answer })).failed).toBe(reason)
  })
})
