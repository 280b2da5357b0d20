import { App } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { CURRENTLY_RECOMMENDED_FLAGS } from 'aws-cdk-lib/cx-api'
import { beforeAll, describe, expect, inject, it } from 'vitest'
import { routes } from '../../../commands/contract.ts'
import { fieldsOf, readTemplate } from '../../../infra/local/index.ts'
import { logicalId } from '../../../infra/stack/parts/reactions.ts'
import { addStacks } from '../../../infra/stack/stacks.ts'
import { readStage, type Stage } from '../../../infra/stages/read-stage.ts'
import type { StageSettings } from '../../../infra/stages/stage-settings.ts'
import { declared, declaredOf, nameOf } from '../../kit/local-cloud/declared-resources.ts'

interface Resource {
  readonly Type: string
  readonly Properties: Readonly<Record<string, unknown>>
  readonly DependsOn?: readonly string[]
  readonly UpdatePolicy?: unknown
}
type Resources = Readonly<Record<string, Resource>>

let prod: Stage
beforeAll(async () => {
  prod = await readStage('prod', {})
})

/** The resources of the service stack of `prod`, with these settings instead. */
function serviceWith(settings: Partial<StageSettings> = {}, bundles = inject('bundles')): Resources {
  const app = new App({
    context: CURRENTLY_RECOMMENDED_FLAGS,
    analyticsReporting: false,
    treeMetadata: false,
    builtinCloudFormationValidation: false,
  })
  const stage = { name: 'prod', settings: { ...prod.settings, ...settings } }
  return Template.fromStack(addStacks(app, { bundles, stage }).service).toJSON()['Resources']
}

const ofType = (resources: Resources, type: string) =>
  Object.entries(resources)
    .filter(([, { Type }]) => Type === type)
    .map(([logicalId, resource]) => ({ ...resource, name: nameOf(logicalId) }))

/** The places of resources that name a function by itself: the logical id of the resource, and the function. */
function unqualifiedNames(resources: Resources, functionIds: readonly string[]): readonly string[] {
  const named = (value: unknown): readonly string[] => {
    if (typeof value === 'string') return functionIds.filter((id) => value.includes(`\${${id}`))
    if (typeof value !== 'object' || value === null) return []
    const { Ref, 'Fn::GetAtt': attribute } = fieldsOf(value)
    const target = [attribute ?? Ref].flat()[0]
    if (functionIds.includes(String(target))) return [String(target)]
    return Object.values(value).flatMap(named)
  }
  return Object.entries(resources).flatMap(([id, { Type, Properties, UpdatePolicy }]) =>
    mayNameFunction(id, Type)
      ? []
      : named([Properties, UpdatePolicy]).map((name) => `${nameOf(id)} names ${nameOf(name)}`),
  )
}

/** Whether a resource may name a function by itself, because it is part of the function or calls nothing. */
function mayNameFunction(logicalId: string, type: string): boolean {
  return (
    [
      'AWS::Lambda::Version',
      'AWS::Lambda::Alias',
      'AWS::CloudWatch::Alarm',
      'AWS::CloudWatch::Dashboard',
    ].includes(type) ||
    // CodeDeploy moves the aliases, and IAM checks that on the function.
    logicalId.startsWith('GradualReleaseRoleDefaultPolicy')
  )
}

describe('everything that names a function', () => {
  it('names its alias, in both stacks', () => {
    const { resources } = readTemplate(inject('assembly'))
    const all = Object.fromEntries(
      resources.map(({ logicalId, type, properties }) => [logicalId, { Type: type, Properties: properties }]),
    )
    const ids = resources
      .filter(({ type }) => type === 'AWS::Lambda::Function')
      .map(({ logicalId }) => logicalId)
    expect(ids.length).toBeGreaterThan(10)
    expect(unqualifiedNames(all, ids)).toEqual([])
  })

  it('names its alias in a stage with gradual releases, too', () => {
    const service = serviceWith()
    const ids = Object.keys(service).filter((id) => service[id]?.Type === 'AWS::Lambda::Function')
    expect(unqualifiedNames(service, ids)).toEqual([])
  })

  it.each([
    ['a reference', { FunctionName: { Ref: 'F' } }],
    ['an attribute', { Target: { Arn: { 'Fn::GetAtt': ['F', 'Arn'] } } }],
    ['a part of a text', { Uri: { 'Fn::Join': ['', ['arn/', { 'Fn::GetAtt': ['F', 'Arn'] }]] } }],
    ['a substitution', { Uri: { 'Fn::Sub': ['arn/$', '{F.Arn}/invocations'].join('') } }],
  ])('is found if it names the function by %s', (_, Properties) => {
    expect(unqualifiedNames({ Rule: { Type: 'AWS::Events::Rule', Properties } }, ['F'])).toEqual([
      'Rule names F',
    ])
  })
})

describe('an alias', () => {
  it('of every function names the version that is made of it', () => {
    const functions = declaredOf('AWS::Lambda::Function').map(({ logicalId }) => nameOf(logicalId))
    expect(declaredOf('AWS::Lambda::Alias')).toHaveLength(functions.length)
    for (const name of functions) {
      expect(declared(`${name}Live`).Properties).toEqual({
        FunctionName: name,
        FunctionVersion: `${name}CurrentVersion.Version`,
        Name: 'live',
      })
      expect(declared(`${name}CurrentVersion`).Properties).toEqual({ FunctionName: name })
    }
  })

  it('gets another version when the settings of its function change', () => {
    const versionsOf = (resources: Resources) =>
      Object.keys(resources).filter((id) => resources[id]?.Type === 'AWS::Lambda::Version')
    const [before, same, after] = [{}, {}, { logLevel: 'DEBUG' } as const].map((one) =>
      versionsOf(serviceWith(one)),
    )
    expect(same).toEqual(before)
    expect(after).toHaveLength(before?.length ?? 0)
    expect(after?.filter((id) => before?.includes(id))).toEqual([])
  })
})

/** The functions whose role allows an action on the event store. */
function allowedOnEventStore(action: string): readonly string[] {
  return declaredOf('AWS::IAM::Policy').flatMap(({ Properties }) => {
    const statements: readonly unknown[] = [fieldsOf(Properties['PolicyDocument'])['Statement']].flat()
    const allows = statements
      .map(fieldsOf)
      .some(
        ({ Action, Resource }) =>
          [Action].flat().includes(action) && [Resource].flat().includes('EventStore.Arn'),
      )
    return allows ? [Properties['Roles']].flat().map((role) => String(role).replace(/Role$/, '')) : []
  })
}

describe('the order of a release', () => {
  it('switches every reader of events before any function that may append one', () => {
    // The data stack is deployed before the service stack, and its one function registers people.
    const writers = allowedOnEventStore('dynamodb:PutItem').filter((name) => name !== 'Registration')
    const readers = allowedOnEventStore('dynamodb:Query').filter(
      (name) => !writers.includes(name) && name !== 'Registration',
    )
    expect(writers).toEqual(expect.arrayContaining(['CommandApi']))
    expect(readers).toEqual(
      expect.arrayContaining([
        'Projector',
        'ProjectorRedrive',
        'Forwarder',
        'ForwarderRedrive',
        'QueryApi',
        'SendMail',
      ]),
    )
    for (const writer of writers)
      expect(declared(`${writer}Live`).DependsOn?.toSorted()).toEqual(
        readers.map((reader) => `${reader}Live`).toSorted(),
      )
  })

  it('is free otherwise', () => {
    const waiting = declaredOf('AWS::Lambda::Alias').filter(({ DependsOn }) => DependsOn !== undefined)
    const appending = allowedOnEventStore('dynamodb:PutItem').filter((name) => name !== 'Registration')
    expect(waiting.map(({ logicalId }) => nameOf(logicalId)).toSorted()).toEqual(
      appending.map((name) => `${name}Live`).toSorted(),
    )
  })
})

/** The logical ids of the functions that answer requests. */
const apis = [...new Set(routes.map((route) => logicalId(route.function)))].toSorted()

describe('a gradual release', () => {
  it('is for the APIs only, and undone by an alarm', () => {
    const service = serviceWith()
    const withPolicy = ofType(service, 'AWS::Lambda::Alias').filter(
      ({ UpdatePolicy }) => UpdatePolicy !== undefined,
    )
    expect(withPolicy.map(({ name }) => name).toSorted()).toEqual(apis.map((api) => `${api}Live`))
    const groups = ofType(service, 'AWS::CodeDeploy::DeploymentGroup')
    expect(groups).toHaveLength(apis.length)
    for (const { name, Properties } of groups) {
      expect(Properties).toMatchObject({
        DeploymentConfigName: 'CodeDeployDefault.LambdaCanary10Percent5Minutes',
        AutoRollbackConfiguration: {
          Enabled: true,
          Events: expect.arrayContaining(['DEPLOYMENT_STOP_ON_ALARM']),
        },
      })
      const { Enabled, Alarms } = fieldsOf(Properties['AlarmConfiguration'])
      const alarms = [Alarms].flat().map((one) => nameOf(String(fieldsOf(fieldsOf(one)['Name'])['Ref'])))
      expect([Enabled, ...alarms]).toEqual([
        true,
        'FailingReleaseAlarm',
        name.replace('GradualRelease', 'ReleaseAlarm'),
      ])
    }
  })

  it('watches the failures of the alias, in both of its versions', () => {
    const [alarm] = ofType(serviceWith(), 'AWS::CloudWatch::Alarm').filter(
      ({ name }) => name === 'QueryApiReleaseAlarm',
    )
    const name = { Ref: expect.stringMatching(/^QueryApi[0-9A-F]{8}$/) }
    expect(alarm?.Properties).toMatchObject({
      Namespace: 'AWS/Lambda',
      MetricName: 'Errors',
      Statistic: 'Sum',
      Threshold: 1,
      AlarmName: 'annals-prod-QueryApiRelease',
      AlarmActions: [expect.anything()],
      Dimensions: [
        { Name: 'FunctionName', Value: name },
        { Name: 'Resource', Value: { 'Fn::Join': [':', [name, 'live']] } },
      ],
    })
  })

  it('is done by a role that may move these aliases, and read alarms', () => {
    const [policy] = ofType(serviceWith(), 'AWS::IAM::Policy').filter(
      ({ name }) => name === 'GradualReleaseRoleDefaultPolicy',
    )
    const statements = [fieldsOf(policy?.Properties['PolicyDocument'])['Statement']].flat().map(fieldsOf)
    expect(statements.map(({ Action }) => Action)).toEqual([
      ['lambda:GetAlias', 'lambda:UpdateAlias'],
      'lambda:GetProvisionedConcurrencyConfig',
      'cloudwatch:DescribeAlarms',
    ])
    expect([statements[0]?.['Resource']].flat()).toHaveLength(apis.length)
  })

  it('is left out unless the settings ask for it', () => {
    const service = serviceWith({ gradual: false })
    const types = Object.values(service).map(({ Type }) => Type)
    expect(types.filter((type) => type.startsWith('AWS::CodeDeploy::'))).toEqual([])
    expect(
      ofType(service, 'AWS::Lambda::Alias').filter(({ UpdatePolicy }) => UpdatePolicy !== undefined),
    ).toEqual([])
  })
})

describe('environments that are kept ready', () => {
  const provisioned = { CommandApi: 2 }
  const weekday = { from: 'cron(0 7 ? * MON-FRI *)', to: 'cron(0 18 ? * MON-FRI *)', environments: 10 }

  it('are as many as the settings say, and up to twice as many while most are busy', () => {
    const service = serviceWith({ concurrency: { provisioned, reserved: {} } })
    const kept = ofType(service, 'AWS::Lambda::Alias').filter(
      ({ Properties }) => Properties['ProvisionedConcurrencyConfig'] !== undefined,
    )
    expect(kept.map(({ name, Properties }) => [name, Properties['ProvisionedConcurrencyConfig']])).toEqual([
      ['CommandApiLive', { ProvisionedConcurrentExecutions: 2 }],
    ])
    expect(ofType(service, 'AWS::ApplicationAutoScaling::ScalableTarget')).toMatchObject([
      {
        name: 'CommandApiEnvironments',
        Properties: {
          MinCapacity: 2,
          MaxCapacity: 4,
          ServiceNamespace: 'lambda',
          ScalableDimension: 'lambda:function:ProvisionedConcurrency',
        },
      },
    ])
    expect(ofType(service, 'AWS::ApplicationAutoScaling::ScalingPolicy')).toMatchObject([
      {
        Properties: {
          PolicyType: 'TargetTrackingScaling',
          TargetTrackingScalingPolicyConfiguration: {
            TargetValue: 0.7,
            PredefinedMetricSpecification: {
              PredefinedMetricType: 'LambdaProvisionedConcurrencyUtilization',
            },
          },
        },
      },
    ])
  })

  it('keeps no more environments ready than are reserved, if the settings name no maximum', () => {
    const service = serviceWith({ concurrency: { provisioned, reserved: { CommandApi: 3 } } })
    const [target] = ofType(service, 'AWS::ApplicationAutoScaling::ScalableTarget')
    expect(target?.Properties).toMatchObject({ MinCapacity: 2, MaxCapacity: 3 })
  })

  it('are more at the times of a peak, and as many as before after it', () => {
    const concurrency = {
      provisioned,
      maximum: { CommandApi: 6 },
      peaks: { CommandApi: [weekday] },
      reserved: {},
    }
    const [target] = ofType(serviceWith({ concurrency }), 'AWS::ApplicationAutoScaling::ScalableTarget')
    expect(target?.Properties['ScheduledActions']).toEqual([
      {
        ScheduledActionName: 'Peak0Begins',
        Schedule: weekday.from,
        Timezone: 'UTC',
        ScalableTargetAction: { MinCapacity: 10, MaxCapacity: 10 },
      },
      {
        ScheduledActionName: 'Peak0Ends',
        Schedule: weekday.to,
        Timezone: 'UTC',
        ScalableTargetAction: { MinCapacity: 2, MaxCapacity: 6 },
      },
    ])
  })

  it.each([
    ['provisioned', 'Projector', `which is no API's function: use one of ${apis.join(', ')}`],
    ['provisioned', 'Nobody', "which is no API's function"],
    ['reserved', 'Nobody', 'which is no function: use one of Registration'],
  ])('are refused in the setting %s for %s', (setting, id, reason) => {
    const concurrency = { provisioned: {}, reserved: {}, [setting]: { [id]: 1 } }
    expect(() => serviceWith({ concurrency })).toThrow(
      `infra/stages/prod.ts: concurrency.${setting} names ${id}, ${reason}`,
    )
  })
})
