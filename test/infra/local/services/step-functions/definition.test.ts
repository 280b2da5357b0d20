import { App, Duration, Stack } from 'aws-cdk-lib'
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import * as sfn from 'aws-cdk-lib/aws-stepfunctions'
import { LambdaInvoke } from 'aws-cdk-lib/aws-stepfunctions-tasks'
import { describe, expect, it } from 'vitest'
import { createResolver, type Properties } from '../../../../../infra/local/cloud/template.ts'
import { parseDefinition } from '../../../../../infra/local/services/step-functions/read-definition.ts'
import { readStateMachine } from '../../../../../infra/local/services/step-functions/template.ts'
import { task } from '../../../../kit/local-cloud/state-machine.ts'

const pass = { Type: 'Pass', End: true }
const placeholder = (name: string) => `\${${name}}`
const inner = (state: object) => ({ StartAt: 'X', States: { X: state } })
const read = async (definition: object, properties: object = {}) =>
  readStateMachine({
    logicalId: 'Machine',
    name: 'Name',
    arn: 'arn',
    properties: { DefinitionString: JSON.stringify(definition), RoleArn: 'role', ...properties },
  })
const ofStates = (States: object, more: object = {}) =>
  read({ QueryLanguage: 'JSONata', StartAt: Object.keys(States)[0], States, ...more })

/** The resolved properties of a state machine with every type of state, as CDK writes them. */
function propertiesOfCdk() {
  const app = new App({
    analyticsReporting: false,
    treeMetadata: false,
    builtinCloudFormationValidation: false,
  })
  const stack = new Stack(app, 'Stack')
  const lambdaFunction = LambdaFunction.fromFunctionArn(
    stack,
    'Function',
    'arn:aws:lambda:eu-west-1:000000000000:function:F',
  )
  const fail = sfn.Fail.jsonata(stack, 'Fail', { error: 'Refused', cause: '{% $states.input.Cause %}' })
  const first = LambdaInvoke.jsonata(stack, 'Task', {
    lambdaFunction,
    assign: { one: 1 },
    outputs: '{% $states.result.Payload %}',
    payload: sfn.TaskInput.fromObject({ input: '{% $states.input %}' }),
    taskTimeout: sfn.Timeout.duration(Duration.seconds(5)),
  })
    .addRetry({ errors: ['States.ALL'], jitterStrategy: sfn.JitterType.FULL, maxDelay: Duration.seconds(5) })
    .addCatch(fail, { outputs: '{% $states.errorOutput %}' })
  const map = sfn.Map.jsonata(stack, 'Map', {
    items: sfn.ProvideItems.jsonata('{% [1, 2] %}'),
    itemSelector: { item: '{% $states.context.Map.Item.Value %}' },
    maxConcurrency: 2,
  }).itemProcessor(sfn.Pass.jsonata(stack, 'Pass', { outputs: { a: 1 } }))
  const parallel = sfn.Parallel.jsonata(stack, 'Parallel').branch(
    sfn.Wait.jsonata(stack, 'Wait', { time: sfn.WaitTime.seconds('{% 1 %}') }),
  )
  const choice = sfn.Choice.jsonata(stack, 'Choice')
    .when(sfn.Condition.jsonata('{% true %}'), sfn.Succeed.jsonata(stack, 'Succeed'))
    .otherwise(fail)
  new sfn.StateMachine(stack, 'Machine', {
    definitionBody: sfn.DefinitionBody.fromChainable(first.next(map).next(parallel).next(choice)),
    queryLanguage: sfn.QueryLanguage.JSONATA,
    timeout: Duration.minutes(5),
    tracingEnabled: true,
  })
  const resources: { Type: string; Properties: Properties }[] = Object.values(
    app.synth().getStackByName('Stack').template.Resources,
  )
  const made = resources.find(({ Type }) => Type === 'AWS::StepFunctions::StateMachine')
  const resolve = createResolver({ 'AWS::Partition': 'aws' }, (logicalId) => logicalId)
  return resolve(made?.Properties ?? {})
}

describe('a state machine', () => {
  it('is read from its properties', async () => {
    const States = { A: task('F') }
    const machine = await read(
      { QueryLanguage: 'JSONata', StartAt: 'A', States, TimeoutSeconds: 60, Comment: 'one' },
      { StateMachineType: 'EXPRESS', LoggingConfiguration: {}, TracingConfiguration: {}, Tags: [] },
    )
    expect(machine).toMatchObject({ logicalId: 'Machine', name: 'Name', type: 'EXPRESS', roleArn: 'role' })
    expect(machine.functionNames).toEqual(['F'])
  })

  it('written by CDK is read', async () => {
    const machine = await read({}, propertiesOfCdk())
    expect(machine.functionNames).toEqual(['arn:aws:lambda:eu-west-1:000000000000:function:F'])
    expect(Object.keys(machine.definition.States)).toEqual([
      'Task',
      'Map',
      'Parallel',
      'Choice',
      'Fail',
      'Succeed',
    ])
    expect(machine.definition.States['Task']).toMatchObject({
      Retry: [
        { ErrorEquals: expect.arrayContaining(['Lambda.ServiceException']) },
        { JitterStrategy: 'FULL' },
      ],
    })
  })

  it('has its substitutions filled in', async () => {
    const States = { A: task(placeholder('Function'), { Comment: placeholder('Other'), End: true }) }
    const DefinitionSubstitutions = { Function: 'arn:one' }
    const machine = await read(
      { QueryLanguage: 'JSONata', StartAt: 'A', States },
      { DefinitionSubstitutions },
    )
    expect(machine.functionNames).toEqual(['arn:one'])
    expect(machine.definition.States['A']).toMatchObject({ Comment: placeholder('Other') })
  })

  it('names the functions of its tasks, except those from expressions', async () => {
    const machine = await ofStates({
      A: task('F', { Next: 'B' }),
      B: { Type: 'Parallel', Branches: [inner(task('G'))], Next: 'C' },
      C: {
        Type: 'Map',
        ItemProcessor: { StartAt: 'Y', States: { Y: task('{% $states.input %}') } },
        End: true,
      },
    })
    expect(machine.functionNames).toEqual(['F', 'G'])
  })

  it('may name the language in each state', async () => {
    const States = { A: { ...pass, QueryLanguage: 'JSONata' } }
    await expect(read({ StartAt: 'A', States })).resolves.toMatchObject({ name: 'Name' })
  })

  it('may contain any data', async () => {
    const Output = { States: { A: 1 }, list: ['', 1, null, [], '{%\n $states.input\n %}'], Type: 'x' }
    await expect(ofStates({ A: { ...pass, Output } })).resolves.toMatchObject({ name: 'Name' })
    await expect(ofStates({ A: { ...pass, Output: 7 } })).resolves.toMatchObject({ name: 'Name' })
  })

  it.each([
    [{ DefinitionS3Location: {} }, 'Machine.DefinitionS3Location is not modelled by the local cloud'],
    [{ StateMachineType: 'FAST' }, 'Machine.StateMachineType is not modelled by the local cloud: FAST'],
    [{ DefinitionString: '{' }, 'Machine: its definition is not a JSON object'],
    [{ DefinitionString: '1' }, 'Machine: its definition is not a JSON object'],
  ])('is refused for %j', async (properties, message) => {
    await expect(read({}, properties)).rejects.toThrow(message)
  })

  it.each<[string, object, string]>([
    [
      'a state in JSONPath',
      { A: { ...pass, QueryLanguage: 'JSONPath' } },
      'Machine.States.A: the query language JSONPath is not modelled',
    ],
    [
      'an inner state in JSONPath',
      { A: { Type: 'Parallel', Branches: [inner({ ...pass, QueryLanguage: 'JSONPath' })], End: true } },
      'Machine.States.A.States.X: the query language JSONPath is not modelled',
    ],
    [
      'a JSONPath field',
      { A: { ...pass, InputPath: '$.a' } },
      'Machine.States.A.InputPath is not modelled by the local cloud',
    ],
    [
      'a type that does not exist',
      { A: { ...pass, Type: 'Nap' } },
      'Machine.States.A.Type is not valid or not modelled',
    ],
    [
      'a function ARN as resource',
      { A: task('F', { Resource: 'arn:aws:lambda:eu-west-1:000000000000:function:F', End: true }) },
      'Machine.States.A.Resource is not modelled by the local cloud: arn:aws:lambda:eu-west-1:000000000000:function:F (arn:aws:states:::lambda:invoke is)',
    ],
    [
      'a task token',
      { A: task('F', { Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken', End: true }) },
      'Machine.States.A.Resource is not modelled by the local cloud: arn:aws:states:::lambda:invoke.waitForTaskToken',
    ],
    [
      'an activity',
      { A: task('F', { Resource: 'arn:aws:states:eu-west-1:000000000000:activity:A', End: true }) },
      'Machine.States.A.Resource is not modelled',
    ],
    [
      'another integration',
      { A: task('F', { Resource: 'arn:aws:states:::sqs:sendMessage', End: true }) },
      'Machine.States.A.Resource is not modelled',
    ],
    [
      'a heartbeat',
      { A: task('F', { HeartbeatSeconds: 5, End: true }) },
      'Machine.States.A.HeartbeatSeconds is not modelled',
    ],
    [
      'an unmodelled argument',
      { A: task('F', { Arguments: { FunctionName: 'F', InvocationType: 'Event' }, End: true }) },
      'Machine.States.A.Arguments.InvocationType is not modelled by the local cloud',
    ],
    [
      'a task without a function',
      { A: task('F', { Arguments: { Payload: 1 }, End: true }) },
      'Machine.States.A.Arguments has no FunctionName',
    ],
    [
      'a distributed Map',
      {
        A: {
          Type: 'Map',
          ItemProcessor: {
            ...inner(pass),
            ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          },
          End: true,
        },
      },
      'Machine.States.A.ItemProcessor.ProcessorConfig',
    ],
    [
      'a reader of items',
      { A: { Type: 'Map', ItemProcessor: inner(pass), ItemReader: {}, End: true } },
      'Machine.States.A.ItemReader is not modelled',
    ],
    [
      'a condition that is not an expression',
      { A: { Type: 'Choice', Choices: [{ Condition: 'true', Next: 'B' }] }, B: pass },
      'Machine.States.A.Choices.0.Condition is not valid',
    ],
    [
      'an invalid expression',
      { A: { ...pass, Output: { a: '{% 1 + %}' } } },
      'Machine.States.A.Output.a: not valid JSONata (Unexpected end of expression): {% 1 + %}',
    ],
    [
      'the root of the input',
      { A: { ...pass, Output: '{% $$.a %}' } },
      "Machine.States.A.Output: Reference to '$$' at the top level is not supported: {% $$.a %}",
    ],
    [
      'an error outside a catcher',
      { A: { ...pass, Output: '{% $states.errorOutput %}' } },
      'Machine.States.A.Output: $states.errorOutput is known only where an error is caught',
    ],
    [
      'a variable of the outer workflow',
      {
        A: { ...pass, Assign: { a: 1 }, End: undefined, Next: 'P' },
        P: { Type: 'Parallel', Branches: [inner({ ...pass, Assign: { a: 2 } })], End: true },
      },
      'Machine.States.X assigns $a, which is a variable of the workflow around it',
    ],
    [
      'a transition to a missing state',
      { A: { ...pass, End: undefined, Next: 'B' } },
      'Machine.States.A leads to B, which is not a state there',
    ],
    ['an unreachable state', { A: pass, B: pass }, 'Machine.States.B: nothing leads to it'],
    [
      'a loop without an end',
      { A: { ...pass, End: undefined, Next: 'A' } },
      'Machine: the states from A on have no end',
    ],
    [
      'a repeated name',
      { A: { Type: 'Parallel', Branches: [{ StartAt: 'A', States: { A: pass } }], End: true } },
      'Machine has two states with the name A',
    ],
    [
      'two wait times',
      { A: { Type: 'Wait', Seconds: 1, Timestamp: '2026-01-01T00:00:00Z', End: true } },
      'Machine.States.A takes either Seconds or Timestamp',
    ],
  ])('is refused because of %s', async (_, States, message) => {
    await expect(ofStates(States)).rejects.toThrow(message)
  })

  it('without a language is refused', async () => {
    await expect(read({ StartAt: 'A', States: { A: pass } })).rejects.toThrow(
      'Machine.States.A: the query language JSONPath',
    )
  })
})

describe('an expression', () => {
  const parse = (expression: string) => {
    const States = { A: { ...pass, Output: `{% ${expression} %}` } }
    return parseDefinition('Machine', JSON.stringify({ QueryLanguage: 'JSONata', StartAt: 'A', States }))
  }

  it.each([
    ['name', 'name'],
    ['name.first', 'name'],
    ['$states.input.a + b', 'b'],
    ['$sum([1, a])', 'a'],
    ['{ "a": b }', 'b'],
    ['(a; 1)', 'a'],
    ['$map($states.input.a, function($x) { b })', 'b'],
    ['true ? a : 1', 'a'],
    ['-a', 'a'],
    ['$', '$'],
    ['$$.a', '$$'],
    ['*', '*'],
  ])('%s is refused, because it reads %s without a context', (expression, name) => {
    expect(() => parse(expression)).toThrow(
      `Machine.States.A.Output: Reference to '${name}' at the top level is not supported`,
    )
  })

  it.each([
    '$states.input.a.b',
    '$states.input.items[value > 3].name',
    '$variable[name = "a"]',
    '$states.input.items{ name: value }',
    '$states.input.items^(>value)',
    '$states.input.items.{ "name": name }',
    '$map($states.input.a, function($x) { $x.b })',
    '$states.input ~> |a|{ "b": c }|',
    '$states.input.**.a',
    '{ "name": 1 }.name',
    '\'name\' & "$$"',
  ])('%s is accepted', (expression) => {
    expect(() => parse(expression)).not.toThrow()
  })
})
