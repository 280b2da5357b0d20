import { expect, it } from 'vitest'
import { readPermissions } from '../../../../infra/local/iam/permissions.ts'

const arn = 'arn:aws:lambda:eu-west-1:000000000000:function:Greeter'
const unqualified = { qualifiedName: 'Greeter', arn }
const live = { qualifiedName: 'Greeter:live', arn: `${arn}:live` }

/** The permissions of a template that lets EventBridge invoke this function. */
function permissionFor(FunctionName: string) {
  const properties = { Action: 'lambda:InvokeFunction', Principal: 'events.amazonaws.com', FunctionName }
  const resources = [{ logicalId: 'P', type: 'AWS::Lambda::Permission', properties }]
  return readPermissions({
    template: {
      stackNames: [],
      resources,
      outputs: {},
      ofType: (type) => resources.filter((one) => one.type === type),
      assetFolder: (key) => key,
    },
    resolve: (given) => given,
    nameOf: (logicalId) => logicalId,
    resourcePolicies: new Map(),
  })
}

it.each(['Greeter:live', `${arn}:live`])('a permission for %s holds for the alias only', (name) => {
  const { demandInvoke } = permissionFor(name)
  expect(() => demandInvoke('events.amazonaws.com', 'rule', live)).not.toThrow()
  expect(() => demandInvoke('events.amazonaws.com', 'rule', unqualified)).toThrow(
    'No AWS::Lambda::Permission lets events.amazonaws.com invoke Greeter for rule',
  )
})

it.each(['Greeter', arn])('a permission for %s does not hold for its alias', (name) => {
  const { demandInvoke } = permissionFor(name)
  expect(() => demandInvoke('events.amazonaws.com', 'rule', unqualified)).not.toThrow()
  expect(() => demandInvoke('events.amazonaws.com', 'rule', live)).toThrow(
    'No AWS::Lambda::Permission lets events.amazonaws.com invoke Greeter:live for rule',
  )
})
