import type { Mutant } from './rules.ts'

/** Mutants of the rules that the code of projects keeps. */
export const ofProject: readonly Mutant[] = [
  {
    rule: 'W7',
    out: 'changes a fold but keeps its old fingerprint',
    file: 'domain/project/project.ts',
    find: "return { ...state, status: 'archived' }",
    replace: "return { ...state, status: 'archived', description: '' }",
    tests: ['test/domain/event-fixtures.test.ts'],
  },
  {
    rule: 'R10',
    out: 'a released projection shows another value',
    file: 'projections/project/v1/projection.ts',
    find: "case 'ProjectArchived':\n      return { ...updated, archived: true }",
    replace: "case 'ProjectArchived':\n      return { ...state, archived: true }",
    tests: ['test/projections/released.test.ts'],
  },
  {
    rule: 'R13',
    out: 'reads the rows of a list before the guard',
    file: 'projections/project/v1/queries.ts',
    find: `  const project = await readProject(rows, generation, userId, projectId)
  const listed = await listRows(rows, partitionKey(generation, membersOf(projectId)), options)`,
    replace: `  const listed = await listRows(rows, partitionKey(generation, membersOf(projectId)), options)
  const project = await readProject(rows, generation, userId, projectId)`,
    tests: ['test/projections/project/queries.test.ts'],
  },
]
