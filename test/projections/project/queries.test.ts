import { describe, expect, it } from 'vitest'
import { generationId } from '../../../projections/engine/projection.ts'
import type { RowStore } from '../../../projections/engine/row-store.ts'
import { projectsV1 } from '../../../projections/project/v1/projection.ts'
import { listMembers } from '../../../projections/project/v1/queries.ts'
import { usersV1 } from '../../../projections/user/v1/projection.ts'
import { readNames } from '../../../projections/user/v1/queries.ts'
import { atlas } from '../../kit/arbitraries/project.ts'
import { catchUp, readSide } from '../../kit/memory/read-side.ts'

const projects = { projection: projectsV1, generation: 1 }
const users = { projection: usersV1, generation: 1 }

describe('the list of the people of a project', () => {
  it('is never older than the access check: a person who joins between its reads does not get a list without them', async () => {
    const { append, options, rows } = readSide()
    const data = { ownerId: 'ann', ...atlas }
    await append('project-1', { type: 'ProjectCreated', data })
    await catchUp(projects, 'project-1', options)
    await append('project-1', { type: 'ProjectMemberAdded', data: { userId: 'bob', role: 'viewer' } })

    /** Bob is in the read model from the first read on. */
    const joined: RowStore = {
      ...rows,
      async readGuard(key) {
        const read = await rows.readGuard(key)
        await catchUp(projects, 'project-1', options)
        return read
      },
      async list(partition, page) {
        const listed = await rows.list(partition, page)
        await catchUp(projects, 'project-1', options)
        return listed
      },
    }
    const list = () =>
      listMembers(joined, generationId(projects), 'bob', '1', { limit: 10 }, (ids) =>
        readNames(rows, generationId(users), ids),
      )
    await expect(list()).rejects.toMatchObject({ code: 'not-found' })
    expect((await list()).items.map(({ id }) => id)).toEqual(['bob', 'ann'])
  })
})
