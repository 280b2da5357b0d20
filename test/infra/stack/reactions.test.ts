import { describe, expect, it } from 'vitest'
import { logicalId } from '../../../infra/stack/parts/reactions.ts'
import { eventCatalogue } from '../../../projections/event-catalogue.ts'
import { schemasOf } from '../../../workflows/reactions/reaction-row.ts'
import { reactions } from '../../../workflows/reactions.ts'
import { declared, declaredOf } from '../../kit/local-cloud/declared-resources.ts'
import { type ExpectedReaction, mail } from './expected.ts'
import { projectReactions } from './project/expected.ts'
import { subscriptionReactions } from './subscription/expected.ts'
import { uploadReactions } from './upload/expected.ts'

const declaredReactions: readonly ExpectedReaction[] = [
  mail('WelcomeEmail', ['UserRegistered']),
  ['DeleteSignIn', ['UserDeleted'], 'DeleteSignIn'],
  ...projectReactions,
  ...uploadReactions,
  ...subscriptionReactions,
]

describe('the rows of reactions', () => {
  it('are the reactions of the stack', () => {
    const rules = declaredOf('AWS::Events::Rule').filter(
      ({ Properties }) => Properties['EventBusName'] === 'Events',
    )
    expect(rules).toHaveLength(reactions.length)
    expect(declaredReactions).toHaveLength(reactions.length)
  })

  it.each(reactions)('name public events in the schema that is published: $name', ({
    eventTypes,
    schema,
  }) => {
    const found = eventTypes.map(
      (name) => eventCatalogue.publicEvents.find(({ type }) => type === name)?.schema,
    )
    expect(found).toEqual(eventTypes.map(() => schema))
  })
})

/** The schemas of a rule's row, whose logical id is its name in capitals. */
const schemasOfRule = (rule: string) =>
  reactions.filter((row) => logicalId(row.name) === rule).flatMap(schemasOf)

const handlers = [...new Set(declaredReactions.map(([, , handler]) => handler))]

describe('the reaction', () => {
  it.each(
    declaredReactions,
  )('%s has %s of our own bus sent to its queue, in the schema that it knows', (name, eventTypes, handler) => {
    expect(declared(`${name}Rule`).Properties).toMatchObject({
      EventBusName: 'Events',
      State: 'ENABLED',
      EventPattern: {
        source: ['annals'],
        'detail-type': eventTypes,
        detail: { schema: schemasOfRule(name) },
      },
      Targets: [{ Arn: `${handler}Queue.Arn`, DeadLetterConfig: { Arn: `${handler}Failures.Arn` } }],
    })
  })

  it.each(declaredReactions)('%s lets its rule, and no other, send to its queues', (name, _, handler) => {
    const { Name } = declared(`${name}Rule`).Properties
    for (const queue of [`${handler}Queue`, `${handler}Failures`]) {
      const { Statement } = Object(declared(`${queue}Policy`).Properties['PolicyDocument'])
      const sources = Statement.flatMap(({ Condition }: { Condition?: { ArnEquals?: object } }) =>
        Object.values(Condition?.ArnEquals ?? {}),
      )
      expect(sources).toContain(`arn:aws:events:region:account:rule/Events/${Name}`)
      const rules = declaredReactions.filter(([, , other]) => other === handler)
      expect(sources).toHaveLength(rules.length)
    }
  })
})

describe('the queue of reactions', () => {
  it.each(handlers)('of %s hands out an event for six hours, and then moves it aside', (handler) => {
    const { VisibilityTimeout, RedrivePolicy } = declared(`${handler}Queue`).Properties
    const { deadLetterTargetArn, maxReceiveCount } = Object(RedrivePolicy)
    expect(deadLetterTargetArn).toBe(`${handler}Failures.Arn`)
    expect(Number(VisibilityTimeout) * maxReceiveCount).toBe(6 * 60 * 60)
    expect(Number(VisibilityTimeout)).toBe(6 * Number(declared(handler).Properties['Timeout']))
    expect(declared(`${handler}Failures`).Properties).toEqual({
      MessageRetentionPeriod: 1_209_600,
      SqsManagedSseEnabled: true,
    })
  })

  it.each(
    handlers,
  )('of %s is handled in small batches, a few at once, which report each failure', (handler) => {
    const mappings = declaredOf('AWS::Lambda::EventSourceMapping').map(({ Properties }) => Properties)
    expect(mappings.filter(({ FunctionName }) => FunctionName === handler)).toEqual([
      {
        FunctionName: handler,
        EventSourceArn: `${handler}Queue.Arn`,
        BatchSize: 5,
        FunctionResponseTypes: ['ReportBatchItemFailures'],
        ScalingConfig: { MaximumConcurrency: handler === 'SendMail' ? 2 : 5 },
      },
    ])
  })

  it.each(handlers)('of %s sounds an alarm as soon as an event is moved aside', (handler) => {
    expect(declared(`${handler}FailuresAlarm`).Properties).toMatchObject({
      MetricName: 'ApproximateNumberOfMessagesVisible',
      Threshold: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'notBreaching',
    })
  })
})

describe('the table of handled events', () => {
  it('deletes old events automatically', () => {
    expect(declared('HandledEvents').Properties).toMatchObject({
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      TimeToLiveSpecification: { AttributeName: 'expiration', Enabled: true },
    })
  })
})
