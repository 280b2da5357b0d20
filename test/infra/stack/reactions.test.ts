import { describe, expect, it } from 'vitest'
import { eventCatalogue } from '../../../projections/event-catalogue.ts'
import { reactions } from '../../../workflows/reactions.ts'
import { declared, declaredOf } from '../../kit/local-cloud/declared-resources.ts'
import type { ExpectedReaction } from './expected.ts'
import { projectReactions } from './project/expected.ts'
import { subscriptionReactions } from './subscription/expected.ts'
import { uploadReactions } from './upload/expected.ts'

const declaredReactions: readonly ExpectedReaction[] = [
  ['WelcomeEmail', ['UserRegistered']],
  ['DeleteSignIn', ['UserDeleted']],
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

describe('the reaction', () => {
  it.each(
    declaredReactions,
  )('%s is invoked by %s on our own bus, in the schema that it knows', (name, eventTypes) => {
    expect(declared(`${name}Rule`).Properties).toMatchObject({
      EventBusName: 'Events',
      State: 'ENABLED',
      EventPattern: { source: ['annals'], 'detail-type': eventTypes, detail: { schema: [1] } },
      Targets: [{ Arn: `${name}.Arn`, DeadLetterConfig: { Arn: `${name}Failures.Arn` } }],
    })
  })

  it.each(
    declaredReactions,
  )('%s is retried for hours, and an event that fails every try waits in a queue', (name) => {
    const configs = declaredOf('AWS::Lambda::EventInvokeConfig').map(({ Properties }) => Properties)
    expect(configs.filter(({ FunctionName }) => FunctionName === name)).toEqual([
      {
        FunctionName: name,
        Qualifier: '$LATEST',
        MaximumRetryAttempts: 2,
        MaximumEventAgeInSeconds: 21_600,
        DestinationConfig: { OnFailure: { Destination: `${name}Failures.Arn` } },
      },
    ])
    expect(declared(`${name}Failures`).Properties).toEqual({
      MessageRetentionPeriod: 1_209_600,
      SqsManagedSseEnabled: true,
    })
  })

  it.each(declaredReactions)('%s raises an alarm as soon as an event waits there', (name) => {
    expect(declared(`${name}FailuresAlarm`).Properties).toMatchObject({
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
