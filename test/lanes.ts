/**
 * The lanes of the tests, as globs over the files of tests. A file belongs to exactly one lane, by its folder or by
 * its name; the architecture test checks that, and that the tests of the lane `unit` start nothing.
 */

/** Names of tests that run an adapter against a service of the local cloud. */
const adapterTests = [
  'test/**/{dynamo,s3,cognito,ses,sqs,eventbridge,lambda}-*.test.ts',
  'test/**/*-adapters.test.ts',
  // The reactions record in DynamoDB which events they have handled.
  'test/workflows/reactions/**/*.test.ts',
]

export interface Lane {
  readonly include: readonly string[]
  readonly exclude: readonly string[]
}

export const lanes = {
  /** Rules of the repository, checked on its files. */
  check: { include: ['test/architecture.test.ts', 'test/architecture/**/*.test.ts'], exclude: [] },
  /** Pure and in-memory tests. */
  unit: {
    include: [
      'test/{commands,domain,mutants,patterns,projections,properties,simulation,verify,workflows}/**/*.test.ts',
    ],
    exclude: adapterTests,
  },
  /** The local cloud, its build and its commands, and the adapters, against the embedded database and processes. */
  local: { include: ['test/infra/**/*.test.ts', ...adapterTests], exclude: [] },
  /** The whole backend on the local cloud. */
  e2e: { include: ['test/end-to-end/**/*.test.ts'], exclude: [] },
} as const satisfies Readonly<Record<string, Lane>>

/** The lanes whose tests run on the bundles and the template, which are then made once. */
export const needsAssembly: readonly string[] = ['local', 'e2e']

/** Modules that a test of the lane `unit` may not reach, because they start processes or servers. */
export const notInUnitTests = [
  'node:{child_process,http,https,http2,net,worker_threads}',
  'test/kit/local-cloud/**',
  // It runs a state machine in memory.
  '!test/kit/local-cloud/state-machine.ts',
  'test/kit/stores/embedded-*.ts',
]
