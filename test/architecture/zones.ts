/**
 * The one place that declares what each part of the repository may import. Patterns are globs over paths
 * from the root and over the names of packages. A pattern that starts with `!` excludes matches.
 */
import type { Pending } from './pending.ts'

/** Files that share a rule. A file may be in several zones, and keeps the rules of all of them. */
interface Zone {
  readonly name: string
  readonly files: readonly string[]
  readonly mayImport: readonly string[]
}

const lambda = ['aws-lambda', '@aws-lambda-powertools/**']
/** Which of these packages a file may import depends on its name as well: see `sdk` below. */
const sdkPackages = ['@aws-sdk/**', 'sharp']
const contracts = [
  'commands/contract*.ts',
  'commands/*/contract.ts',
  'commands/daily-figures.ts',
  'commands/*/daily-figures.ts',
]

export const zones: readonly Zone[] = [
  {
    name: 'domain',
    files: ['domain/**'],
    mayImport: ['domain/**', 'zod/mini', 'zod/v4/locales'],
  },
  {
    name: 'commands',
    files: ['commands/**'],
    mayImport: ['commands/**', 'domain/**', 'zod/mini', 'node:**', ...lambda, ...sdkPackages],
  },
  {
    name: 'projections',
    files: ['projections/**'],
    mayImport: [
      'projections/**',
      'domain/**',
      'commands/{aws,composition,event-store,http,registration}/**',
      ...contracts,
      'zod/mini',
      'node:**',
      ...lambda,
      ...sdkPackages,
    ],
  },
  {
    name: 'workflows',
    files: ['workflows/**'],
    mayImport: [
      'workflows/**',
      'domain/**',
      'commands/**',
      '!commands/functions/**',
      'projections/versions.ts',
      'projections/rebuild/**',
      // The folders of features: the next pattern excludes the layer's other folders.
      'projections/*/**',
      '!projections/{delivery,engine,functions,generations,publishing,query,redrive}/**',
      'zod/mini',
      'node:**',
      ...lambda,
      ...sdkPackages,
    ],
  },
  {
    name: 'the kernel',
    files: ['domain/kernel/**'],
    mayImport: ['domain/kernel/**', 'zod/mini', 'zod/v4/locales'],
  },
  {
    name: 'the event store',
    files: ['commands/event-store/**'],
    mayImport: ['commands/{aws,event-store}/**', 'domain/kernel/**', 'zod/mini', 'node:**', ...sdkPackages],
  },
  {
    name: 'the execution of commands',
    files: ['commands/execution/**'],
    mayImport: [
      'commands/{aws,event-store,execution}/**',
      'domain/kernel/**',
      'domain/generated/**',
      'zod/mini',
      'node:**',
      ...sdkPackages,
    ],
  },
  {
    name: 'the projection engine',
    files: ['projections/{engine,generations}/**'],
    mayImport: [
      'projections/{engine,generations}/**',
      'commands/{aws,event-store}/**',
      'domain/kernel/**',
      'zod/mini',
      'node:**',
      ...sdkPackages,
    ],
  },
  {
    name: 'the stack',
    files: ['infra/stack/**'],
    mayImport: [
      'infra/{stack,stages}/**',
      '{domain,commands,projections,workflows}/**',
      'aws-cdk-lib',
      'aws-cdk-lib/**',
      'constructs',
      'zod/mini',
      'node:**',
    ],
  },
  {
    name: 'the stages',
    files: ['infra/stages/**'],
    mayImport: ['infra/stages/**', 'zod', 'node:**'],
  },
  {
    name: 'the local cloud',
    files: ['infra/local/**'],
    mayImport: [
      'infra/local/**',
      '**',
      '!{domain,commands,projections,workflows,test}/**',
      ...outsideLocal(),
    ],
  },
  {
    name: 'the code that is deployed or run',
    files: ['{domain,commands,projections,workflows,infra}/**'],
    mayImport: ['**', '!test/**', '!vitest', '!vitest/**', '!fast-check'],
  },
  {
    name: 'everything but the stack, its build and the tests',
    files: ['**', '!infra/**', '!test/**'],
    mayImport: ['**', '!aws-cdk-lib', '!aws-cdk-lib/**', '!constructs'],
  },
  {
    name: 'everything but infra/cli, infra/build and the tests',
    files: ['**', '!infra/{cli,build,local}/**', '!test/**'],
    mayImport: ['**', '!infra/local/**'],
  },
]

function outsideLocal(): readonly string[] {
  return ['!infra/{cli,build,deploy,stack}/**', '!aws-cdk-lib', '!aws-cdk-lib/**', '!constructs']
}

/** The only way into the local cloud for code and tests outside its own folders, tests and test kit. */
export const localCloud = {
  folder: 'infra/local/',
  index: 'infra/local/index.ts',
  own: ['infra/local/**', 'test/infra/local/**', 'test/kit/local-cloud/**'],
} as const

/** Code that may not reach a target through any chain of imports. */
export const unreachable = [
  {
    from: ['projections/{rebuild,engine,generations}/**', 'projections/versions.ts'],
    target: ['projections/publishing/**', '@aws-sdk/client-eventbridge'],
    because: 'A rebuild sends no mail, so code that replays or verifies cannot reach code that publishes.',
  },
] as const

/** The AWS SDK and sharp appear only in files whose names show it. Infrastructure and tests may use all of it. */
export const sdk = [
  { packages: ['@aws-sdk/{client-dynamodb,lib-dynamodb,util-dynamodb}'], files: ['**/dynamo-*.ts'] },
  // A record of the stream is data of DynamoDB's own types.
  {
    packages: ['@aws-sdk/{client-dynamodb,util-dynamodb}'],
    files: ['projections/delivery/stream-record.ts'],
  },
  { packages: ['@aws-sdk/client-dynamodb-streams'], files: ['**/dynamo-*.ts'] },
  { packages: ['@aws-sdk/client-eventbridge'], files: ['**/eventbridge-*.ts'] },
  { packages: ['@aws-sdk/client-cognito-identity-provider'], files: ['**/cognito-*.ts'] },
  { packages: ['@aws-sdk/client-lambda'], files: ['**/lambda-*.ts'] },
  { packages: ['@aws-sdk/client-sesv2'], files: ['**/ses-*.ts'] },
  { packages: ['@aws-sdk/client-secrets-manager'], files: ['**/secrets-manager-*.ts'] },
  { packages: ['@aws-sdk/client-sqs'], files: ['**/sqs-*.ts'] },
  {
    packages: ['@aws-sdk/{client-s3,s3-presigned-post,s3-request-presigner,util-format-url}'],
    files: ['**/s3-*.ts'],
  },
  { packages: ['sharp'], files: ['**/sharp-*.ts', 'test/**'] },
  { packages: ['@aws-sdk/**', '@smithy/**'], files: ['**/aws/**', 'infra/**', 'test/**'] },
] as const

/** Only these parts may read a clock, random numbers or the process. In `domain/` they arrive as input. */
export const pure = ['domain/**']

/** The folders of `domain/` that are not features. Every other folder there is one. */
export const notFeatures = ['kernel', 'generated']
/** Features without a folder in `domain/`. */
export const moreFeatures = ['analytics']

/** Shared files that may import every feature: the lists at the root of a layer, the entry points and the stack. */
export const featureLists = [
  'domain/aggregates.ts',
  'commands/contract.ts',
  'commands/handlers.ts',
  'commands/account-holds.ts',
  'commands/daily-figures.ts',
  'projections/versions.ts',
  'projections/queries.ts',
  'workflows/reactions.ts',
  'workflows/mails.ts',
  '{commands,projections,workflows}/functions/**',
  'infra/stack/**',
]

/** Code that names no command, query or event of any feature: it works for every domain. */
export const generic = [
  'domain/kernel/**',
  'commands/{aws,composition,event-store,execution,http}/**',
  'projections/{delivery,engine,generations,publishing,query,rebuild,redrive}/**',
  'infra/{build,cli,local}/**',
]

/**
 * The features that a feature may import, in every layer. A folder that belongs to no feature but serves
 * some of them has its own entry. An entry that nothing needs is an error.
 */
export const featureImports: Readonly<Record<string, readonly string[]>> = {
  project: ['user'],
  subscription: ['user'],
  upload: ['project', 'subscription', 'user'],
  // The folder registers users.
  'commands/registration': ['user'],
  // Mail goes to users.
  'workflows/reactions': ['user'],
}

/** Faults that are being removed. The test fails if one of these is no longer needed, so that the list only shrinks. */
export const pending: readonly Pending[] = []
