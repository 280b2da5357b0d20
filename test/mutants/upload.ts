import type { Mutant } from './rules.ts'

/** The promise of each rule that the code of uploads keeps. */
export const rulesOfUpload = {
  W10: 'Rights and rules are checked at the moment of the effect, and a repeat returns nothing that the person may no longer have',
  W11: 'A decision that depends on another stream names the version of that stream that it read',
} as const

/** Mutants of these rules. */
export const ofUpload: readonly Mutant[] = [
  {
    rule: 'W10',
    out: 'completes an upload for a person who may no longer add it',
    file: 'domain/upload/upload.ts',
    find: "if (obstacle === undefined) return [{ type: 'UploadCompleted'",
    replace: "if (obstacle !== 'stranger') return [{ type: 'UploadCompleted'",
    tests: ['test/domain/upload/upload.test.ts'],
  },
  {
    rule: 'W10',
    out: 'returns a form to a repeat even if the person may no longer have one',
    file: 'commands/upload/handlers.ts',
    find: 'if (!mayUpload) return { fields: {}, cost: noCost }',
    replace: '',
    tests: ['test/commands/upload/uploads.test.ts'],
  },
  {
    rule: 'W10',
    out: 'allows a removed member to cancel an upload',
    file: 'domain/upload/upload.ts',
    find: 'if (role === undefined) throw noSuchUpload()',
    replace: '',
    tests: ['test/domain/upload/upload.test.ts'],
  },
  {
    rule: 'W10',
    out: 'completes into a project whose owner has deleted their account',
    file: 'commands/upload/project-as-read.ts',
    find: 'ownerDeleted: deleted.has(ownerId),',
    replace: 'ownerDeleted: false,',
    tests: ['test/workflows/upload/upload-steps.test.ts', 'test/commands/upload/uploads.test.ts'],
  },
  {
    rule: 'W10',
    out: 'sends a mail about a completion to a removed member',
    file: 'workflows/upload/upload-mail.ts',
    find: "if (project.role === undefined) return 'no-access'",
    replace: '',
    tests: ['test/workflows/reactions/upload/reactions.test.ts'],
  },
  {
    rule: 'W11',
    out: 'names no version of the project in a completion',
    file: 'domain/upload/upload.ts',
    find: 'const projectVersion = named(project.version)',
    replace: 'const projectVersion = named(undefined)',
    tests: ['test/domain/upload/upload.test.ts'],
  },
  {
    rule: 'W11',
    out: 'names another version than the one that was read',
    file: 'commands/upload/project-as-read.ts',
    find: '      version,\n      ownerId,\n      role:',
    replace: '      version: 1,\n      ownerId,\n      role:',
    tests: ['test/workflows/upload/upload-steps.test.ts', 'test/commands/upload/uploads.test.ts'],
  },
]
