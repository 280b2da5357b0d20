import { type App, Aspects, CfnResource, RemovalPolicy, Stack } from 'aws-cdk-lib'
import { CfnUserPool } from 'aws-cdk-lib/aws-cognito'
import { CfnGlobalTable } from 'aws-cdk-lib/aws-dynamodb'
import type { IConstruct } from 'constructs'

/**
 * Takes the protection out of stacks that do not exist yet, so that CloudFormation can roll a failed first create back
 * completely. A second deployment of the stack, after its success, brings the protection.
 */
export function liftProtection(app: App, stackNames: readonly string[]): void {
  if (stackNames.length === 0) return
  Aspects.of(app).add({
    visit(node: IConstruct) {
      if (Stack.isStack(node) && stackNames.includes(node.stackName)) node.terminationProtection = false
      if (!CfnResource.isCfnResource(node) || !stackNames.includes(node.stack.stackName)) return
      if (node.cfnOptions.deletionPolicy === 'Retain')
        // Deleted if the create that made it fails; kept in every other case.
        node.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
      if (node instanceof CfnGlobalTable)
        node.addPropertyOverride('Replicas.0.DeletionProtectionEnabled', false)
      if (node instanceof CfnUserPool) node.addPropertyOverride('DeletionProtection', 'INACTIVE')
    },
  })
}
