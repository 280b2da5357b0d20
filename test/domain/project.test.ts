import { describe, it } from 'vitest'
import type { ProjectEvent } from '../../domain/project/events.ts'
import { project } from '../../domain/project/project.ts'
import { givenOf } from '../kit/given.ts'

const given = givenOf(project)
const owner = { actorId: 'ann' }
const stranger = { actorId: 'bob' }

const created: ProjectEvent = {
  type: 'ProjectCreated',
  data: { ownerId: 'ann', title: 'Atlas', description: '' },
}
const renamed: ProjectEvent = { type: 'ProjectRenamed', data: { title: 'Globe' } }
const described: ProjectEvent = { type: 'ProjectDescribed', data: { description: 'Maps' } }
const archived: ProjectEvent = { type: 'ProjectArchived', data: {} }
const restored: ProjectEvent = { type: 'ProjectRestored', data: {} }

describe('a project that does not exist', () => {
  it('is created by its owner, without a description unless one is given', () => {
    given()
      .when({ type: 'create-project', ...owner, title: 'Atlas' })
      .then(created)
  })

  it('is created with the description that is given', () => {
    given()
      .when({ type: 'create-project', ...owner, title: 'Atlas', description: 'Maps' })
      .then({ type: 'ProjectCreated', data: { ownerId: 'ann', title: 'Atlas', description: 'Maps' } })
  })

  it.each([
    { type: 'rename-project', ...owner, title: 'Globe' },
    { type: 'describe-project', ...owner, description: 'Maps' },
    { type: 'archive-project', ...owner },
    { type: 'restore-project', ...owner },
  ] as const)('cannot be changed by $type', (command) => {
    given().when(command).thenRefused('not-found')
  })
})

describe('an active project', () => {
  it('is created twice without a second event', () => {
    given(created)
      .when({ type: 'create-project', ...owner, title: 'Atlas' })
      .thenNothing()
  })

  it('is renamed', () => {
    given(created)
      .when({ type: 'rename-project', ...owner, title: 'Globe' })
      .then(renamed)
  })

  it('is renamed to the same title without an event', () => {
    given(created, renamed)
      .when({ type: 'rename-project', ...owner, title: 'Globe' })
      .thenNothing()
  })

  it('is renamed back, which is a change', () => {
    given(created, renamed)
      .when({ type: 'rename-project', ...owner, title: 'Atlas' })
      .then({ type: 'ProjectRenamed', data: { title: 'Atlas' } })
  })

  it('is described', () => {
    given(created)
      .when({ type: 'describe-project', ...owner, description: 'Maps' })
      .then(described)
  })

  it('is described in the same words without an event', () => {
    given(created, described)
      .when({ type: 'describe-project', ...owner, description: 'Maps' })
      .thenNothing()
  })

  it('loses its description when that is emptied', () => {
    given(created, described)
      .when({ type: 'describe-project', ...owner, description: '' })
      .then({ type: 'ProjectDescribed', data: { description: '' } })
  })

  it('is archived', () => {
    given(created)
      .when({ type: 'archive-project', ...owner })
      .then(archived)
  })

  it('is restored without an event', () => {
    given(created)
      .when({ type: 'restore-project', ...owner })
      .thenNothing()
  })

  it.each([
    { type: 'rename-project', ...stranger, title: 'Mine' },
    { type: 'describe-project', ...stranger, description: 'Mine' },
    { type: 'archive-project', ...stranger },
    { type: 'restore-project', ...stranger },
  ] as const)('does not exist for a stranger who sends $type', (command) => {
    given(created).when(command).thenRefused('not-found')
  })
})

describe('an archived project', () => {
  it('cannot be renamed', () => {
    given(created, archived)
      .when({ type: 'rename-project', ...owner, title: 'Globe' })
      .thenRefused('project-archived')
  })

  it('cannot be described', () => {
    given(created, archived)
      .when({ type: 'describe-project', ...owner, description: 'Maps' })
      .thenRefused('project-archived')
  })

  it('is archived twice without a second event', () => {
    given(created, archived)
      .when({ type: 'archive-project', ...owner })
      .thenNothing()
  })

  it('is restored', () => {
    given(created, archived)
      .when({ type: 'restore-project', ...owner })
      .then(restored)
  })

  it('takes changes again once it is restored', () => {
    given(created, archived, restored)
      .when({ type: 'rename-project', ...owner, title: 'Globe' })
      .then(renamed)
  })
})
