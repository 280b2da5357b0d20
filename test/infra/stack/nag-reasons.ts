import { fieldsOf } from '../../../infra/local/index.ts'
import type { ReactionRow } from '../../../workflows/reactions/reaction-row.ts'
import { reactions } from '../../../workflows/reactions.ts'
import { declaredOf } from '../../kit/local-cloud/declared-resources.ts'
import {
  asynchronous,
  failureQueues,
  type NagAcknowledgement,
  queued,
  reaction,
  synchronous,
  untraced,
} from './nag-reason.ts'
import { uploadAcknowledgements } from './upload/nag-reasons.ts'

const signIn: readonly NagAcknowledgement[] = [
  {
    rule: 'AwsSolutions-COG1',
    resources: ['UserPool'],
    reason:
      'A symbol is not required: NIST SP 800-63B advises against rules for the composition of passwords.',
  },
  {
    rule: 'AwsSolutions-COG2',
    resources: ['UserPool'],
    reason: 'A second factor costs a text message or an authenticator app for each person.',
  },
  {
    rule: 'AwsSolutions-COG8',
    resources: ['UserPool'],
    reason: 'The Plus plan costs four times as much for each person and month as the Lite plan.',
  },
]

const httpApi: readonly NagAcknowledgement[] = [
  {
    rule: 'AwsSolutions-APIG4',
    resources: ['ANY --health', 'ANY --openapi.json', 'ANY --docs', 'ANY --config.json'],
    reason:
      'The route is public: a client reads it before anyone has signed in, and it shows no data of a person.',
  },
]

const streams: readonly NagAcknowledgement[] = [
  untraced('Projector', 'Forwarder'),
  {
    rule: 'Serverless-LambdaDLQ',
    resources: ['Projector', 'Forwarder'],
    reason:
      'The mapping of the stream has a failure destination, and a redrive function tries those batches again.',
  },
  ...['Projector', 'Forwarder'].flatMap((consumer) =>
    queued({
      function: `${consumer}Redrive`,
      mapping: 'FailuresMapping',
      deadLetters: `${consumer}DeadLetters`,
    }),
  ),
]

/** The function of all mail, and one for each reaction that sends none. */
const reactionFunctions = [
  'SendMail',
  ...reactions.flatMap(({ name, sendsMail }) => (sendsMail ? [] : pascal(name))),
]

function pascal(name: string): string {
  return name.replaceAll(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

/** The functions of schedules and the queues of their failed runs. */
const scheduled = declaredOf('AWS::Scheduler::Schedule').flatMap(({ Properties }) => {
  const target = fieldsOf(Properties['Target'])
  const nameOf = (arn: unknown) => String(arn).replace(/(\.Arn|:live)$/, '')
  return [
    ...asynchronous(nameOf(target['Arn'])),
    ...failureQueues(nameOf(fieldsOf(target['DeadLetterConfig'])['Arn'])),
  ]
})

/** The secrets that reactions declare. */
const secrets = reactions
  .filter((row: ReactionRow) => row.secret !== undefined)
  .map(({ name }): NagAcknowledgement => {
    return {
      rule: 'AwsSolutions-SMG4',
      resources: [`${pascal(name)}Secret`],
      reason: 'Another service issues the key, so AWS cannot rotate it. An operator writes a new value.',
    }
  })

/** The findings of cdk-nag that stay. Wildcards in grants have their reasons in `grant-reasons.ts`. */
export const acknowledgements: readonly NagAcknowledgement[] = [
  ...signIn,
  ...httpApi,
  ...streams,
  ...synchronous('Registration', 'CommandApi', 'QueryApi'),
  ...reactionFunctions.flatMap(reaction),
  ...scheduled,
  ...secrets,
  ...uploadAcknowledgements,
]
