import { describe, expect, it } from 'vitest'
import type { ProjectEvent } from '../../../domain/project/events.ts'
import { maxMembers, project } from '../../../domain/project/project.ts'
import { atlas } from '../../kit/arbitraries/project.ts'
import { givenOf } from '../../kit/given.ts'

const given = givenOf(project)
const owner = { actorId: 'ann' }
const stranger = { actorId: 'bob' }

const created: ProjectEvent = {
  type: 'ProjectCreated',
  data: { ownerId: 'ann', ...atlas },
}
const renamed: ProjectEvent = { type: 'ProjectRenamed', data: { title: 'Globe' } }
const described: ProjectEvent = { type: 'ProjectDescribed', data: { description: 'Maps' } }
const archived: ProjectEvent = { type: 'ProjectArchived', data: {} }
const restored: ProjectEvent = { type: 'ProjectRestored', data: {} }

describe('a project that does not exist', () => {
  it('is created by its owner, without a description unless one is given', () => {
    const { description: _, ...details } = atlas
    given()
      .when({ type: 'create-project', ...owner, ...details })
      .then(created)
  })

  it('is created with the description that is given', () => {
    given()
      .when({ type: 'create-project', ...owner, ...atlas, description: 'Maps' })
      .then({ type: 'ProjectCreated', data: { ownerId: 'ann', ...atlas, description: 'Maps' } })
  })

  it.each([
    { type: 'rename-project', ...owner, title: 'Globe' },
    { type: 'describe-project', ...owner, description: 'Maps' },
    { type: 'archive-project', ...owner },
    { type: 'restore-project', ...owner },
    { type: 'add-project-member', ...owner, userId: 'bob', role: 'viewer' },
    { type: 'remove-project-member', ...owner, userId: 'bob' },
  ] as const)('cannot be changed by $type', (command) => {
    given().when(command).thenRefused('not-found')
  })
})

describe('an active project', () => {
  it('is not created again by a repeat', () => {
    given(created)
      .when({ type: 'create-project', ...owner, title: 'Atlas' })
      .thenNothing()
  })

  it('is renamed', () => {
    given(created)
      .when({ type: 'rename-project', ...owner, title: 'Globe' })
      .then(renamed)
  })

  it('keeps its title without an event', () => {
    given(created, renamed)
      .when({ type: 'rename-project', ...owner, title: 'Globe' })
      .thenNothing()
  })

  it('is renamed back with an event', () => {
    given(created, renamed)
      .when({ type: 'rename-project', ...owner, title: 'Atlas' })
      .then({ type: 'ProjectRenamed', data: { title: 'Atlas' } })
  })

  it('is described', () => {
    given(created)
      .when({ type: 'describe-project', ...owner, description: 'Maps' })
      .then(described)
  })

  it('keeps its description without an event', () => {
    given(created, described)
      .when({ type: 'describe-project', ...owner, description: 'Maps' })
      .thenNothing()
  })

  it('loses its description if the new one is empty', () => {
    given(created, described)
      .when({ type: 'describe-project', ...owner, description: '' })
      .then({ type: 'ProjectDescribed', data: { description: '' } })
  })

  it('is archived', () => {
    given(created)
      .when({ type: 'archive-project', ...owner })
      .then(archived)
  })

  it('is restored without an event, because it is not archived', () => {
    given(created)
      .when({ type: 'restore-project', ...owner })
      .thenNothing()
  })

  it.each([
    { type: 'rename-project', ...stranger, title: 'Mine' },
    { type: 'describe-project', ...stranger, description: 'Mine' },
    { type: 'archive-project', ...stranger },
    { type: 'restore-project', ...stranger },
    { type: 'add-project-member', ...stranger, userId: undefined, role: 'editor' },
    { type: 'remove-project-member', ...stranger, userId: 'ann' },
    { type: 'remove-project-member', ...stranger, userId: 'bob' },
  ] as const)('does not exist for a stranger who sends $type', (command) => {
    given(created).when(command).thenRefused('not-found')
  })
})

describe('a project with members', () => {
  const added = (userId: string, role: 'editor' | 'viewer'): ProjectEvent => ({
    type: 'ProjectMemberAdded',
    data: { userId, role },
  })
  const removed = (userId: string): ProjectEvent => ({ type: 'ProjectMemberRemoved', data: { userId } })
  const editor = { actorId: 'an-editor' }
  const viewer = { actorId: 'a-viewer' }
  const shared = [created, added('an-editor', 'editor'), added('a-viewer', 'viewer')] as const
  const add = { type: 'add-project-member', ...owner, userId: 'bob', role: 'viewer' } as const
  const remove = { type: 'remove-project-member', ...owner, userId: 'a-viewer' } as const

  it('adds a member', () => {
    given(created).when(add).then(added('bob', 'viewer'))
  })

  it('adds a member twice without a second event', () => {
    given(created, added('bob', 'viewer')).when(add).thenNothing()
  })

  it('gives a member another role', () => {
    given(created, added('bob', 'viewer'))
      .when({ ...add, role: 'editor' })
      .then({ type: 'ProjectMemberRoleChanged', data: { userId: 'bob', role: 'editor' } })
  })

  it('gives a member another role twice without a second event', () => {
    given(created, added('bob', 'viewer'), {
      type: 'ProjectMemberRoleChanged',
      data: { userId: 'bob', role: 'editor' },
    })
      .when({ ...add, role: 'editor' })
      .thenNothing()
  })

  it('refuses its owner as a member', () => {
    given(created)
      .when({ ...add, userId: 'ann' })
      .thenRefused('owner-is-member')
  })

  it('refuses a person who has no account', () => {
    given(created)
      .when({ ...add, userId: undefined })
      .thenRefused('no-such-person')
  })

  it('has at most 100 members, whose roles can still be changed', () => {
    const full = Array.from({ length: maxMembers }, (_, i) => added(`member-${i}`, 'viewer'))
    given(created, ...full.slice(1))
      .when(add)
      .then(added('bob', 'viewer'))
    given(created, ...full)
      .when(add)
      .thenRefused('too-many-members')
    given(created, ...full)
      .when({ ...add, userId: 'member-7', role: 'editor' })
      .then({ type: 'ProjectMemberRoleChanged', data: { userId: 'member-7', role: 'editor' } })
  })

  it('adds no member while it is archived, but removes one', () => {
    given(...shared, archived)
      .when(add)
      .thenRefused('project-archived')
    given(...shared, archived)
      .when(remove)
      .then(removed('a-viewer'))
  })

  it('loses a member removed by its owner', () => {
    given(...shared)
      .when(remove)
      .then(removed('a-viewer'))
  })

  it('loses a member twice without a second event', () => {
    given(...shared, removed('a-viewer'))
      .when(remove)
      .thenNothing()
  })

  it('loses a member who leaves', () => {
    given(...shared)
      .when({ ...remove, ...viewer })
      .then(removed('a-viewer'))
  })

  it('no longer exists for a member who has left', () => {
    given(...shared, removed('a-viewer'))
      .when({ ...remove, ...viewer })
      .thenRefused('not-found')
  })

  it('never loses its owner', () => {
    given(...shared)
      .when({ ...remove, userId: 'ann' })
      .thenRefused('ownership-not-transferable')
  })

  it('is renamed and described by an editor', () => {
    given(...shared)
      .when({ type: 'rename-project', ...editor, title: 'Globe' })
      .then(renamed)
    given(...shared)
      .when({ type: 'describe-project', ...editor, description: 'Maps' })
      .then(described)
  })

  it.each([
    { type: 'archive-project', ...editor },
    { type: 'restore-project', ...editor },
    { ...add, ...editor },
    { ...add, ...editor, userId: undefined },
    { ...remove, ...editor },
    { ...remove, ...editor, userId: 'ann' },
    { type: 'rename-project', ...viewer, title: 'Globe' },
    { type: 'describe-project', ...viewer, description: 'Maps' },
    { type: 'archive-project', ...viewer },
    { type: 'restore-project', ...viewer },
    { ...add, ...viewer },
    { ...remove, ...viewer, userId: 'an-editor' },
  ] as const)('forbids $actorId to $type', (command) => {
    given(...shared)
      .when(command)
      .thenRefused('forbidden')
  })

  it.each([
    { type: 'rename-project', ...stranger, title: 'Mine' },
    add,
  ] as const)('does not exist for a stranger who sends $type', (command) => {
    given(...shared)
      .when({ ...command, ...stranger })
      .thenRefused('not-found')
  })

  it("occupies a place among its owner's shared projects while it has any member", () => {
    const holdsAfter = (...history: ProjectEvent[]) =>
      project.holds?.(history.reduce(project.evolve, project.initial), '1')
    const held = [{ set: 'shared-by-ann', key: '1' }]
    expect(holdsAfter()).toEqual([])
    expect(holdsAfter(created)).toEqual([])
    expect(holdsAfter(...shared)).toEqual(held)
    expect(holdsAfter(...shared, archived, removed('a-viewer'))).toEqual(held)
    expect(holdsAfter(...shared, removed('a-viewer'), removed('an-editor'))).toEqual([])
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

  it('accepts changes again once it is restored', () => {
    given(created, archived, restored)
      .when({ type: 'rename-project', ...owner, title: 'Globe' })
      .then(renamed)
  })
})
