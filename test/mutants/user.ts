import type { Mutant } from './rules.ts'

/** Mutants of the rules that the code of people's accounts keeps. */
export const ofUser: readonly Mutant[] = [
  {
    rule: 'W7',
    out: 'changes the fold of an account but keeps its old fingerprint',
    file: 'domain/user/user.ts',
    find: '{ ...state, name: event.data.name }',
    replace: "{ ...state, name: '' }",
    tests: ['test/domain/event-fixtures.test.ts'],
  },
  {
    rule: 'W8',
    out: 'releases a recomputed address instead of the stored one',
    file: 'domain/user/user.ts',
    find: "[{ set: 'email', key: state.emailKey }]",
    replace: '[emailReservation(state.email)]',
    tests: ['test/domain/user/user.test.ts'],
  },
  {
    rule: 'R2',
    out: 'a deleted stream has no tombstone',
    file: 'projections/user/v1/projection.ts',
    find: "return { status: 'deleted' }",
    replace: "return { status: 'none' }",
    tests: ['test/projections/user/people.test.ts'],
  },
  {
    rule: 'R10',
    out: 'a released projection of accounts shows another value',
    file: 'projections/user/v1/projection.ts',
    find: '{ ...state, name: event.data.name, updatedAt: event.at }',
    replace: '{ ...state, name: event.data.name }',
    tests: ['test/projections/released.test.ts'],
  },
]
