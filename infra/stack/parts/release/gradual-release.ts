import { ArnFormat, Duration, Fn, Stack } from 'aws-cdk-lib'
import { type Alarm, Metric } from 'aws-cdk-lib/aws-cloudwatch'
import { CfnApplication, CfnDeploymentGroup } from 'aws-cdk-lib/aws-codedeploy'
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { aliasName, aliasOf, functionOf, type LiveFunction } from '../lambda-function.ts'
import { addAlarm } from '../monitoring/alarm.ts'

/** Everything that the gradual releases of a stack share. */
export interface GradualReleases {
  readonly application: CfnApplication
  readonly role: Role
  /** Undoes any release while it is in alarm, besides the alarm of the function. */
  readonly alarm: Alarm
}

/** Lets CodeDeploy move aliases of these functions, and nothing else. */
export function addGradualReleases(
  stack: Stack,
  functions: readonly LiveFunction[],
  alarm: Alarm,
): GradualReleases {
  const arns = functions.map((one) => functionOf(one).functionArn)
  const role = new Role(stack, 'GradualReleaseRole', {
    assumedBy: new ServicePrincipal('codedeploy.amazonaws.com'),
  })
  // IAM checks both actions on the function, not on its alias.
  role.addToPolicy(
    new PolicyStatement({ actions: ['lambda:GetAlias', 'lambda:UpdateAlias'], resources: arns }),
  )
  role.addToPolicy(
    new PolicyStatement({
      actions: ['lambda:GetProvisionedConcurrencyConfig'],
      resources: arns.map((arn) => Fn.join(':', [arn, aliasName])),
    }),
  )
  role.addToPolicy(
    new PolicyStatement({
      actions: ['cloudwatch:DescribeAlarms'],
      // A wildcard, because AWS documents no narrower resource for a call that reads several alarms.
      resources: [
        stack.formatArn({
          service: 'cloudwatch',
          resource: 'alarm',
          resourceName: '*',
          arnFormat: ArnFormat.COLON_RESOURCE_NAME,
        }),
      ],
    }),
  )
  const application = new CfnApplication(stack, 'GradualReleases', { computePlatform: 'Lambda' })
  return { application, role, alarm }
}

/**
 * Gives a new version of a function a tenth of the requests for five minutes, then all. If the function fails, or the
 * shared alarm goes off, CodeDeploy gives all requests back to the old version.
 */
export function releaseGradually(target: LiveFunction, { application, role, alarm }: GradualReleases): void {
  const alarms = [alarm, addErrorAlarm(target)]
  const group = new CfnDeploymentGroup(target, 'GradualRelease', {
    applicationName: application.ref,
    serviceRoleArn: role.roleArn,
    deploymentConfigName: 'CodeDeployDefault.LambdaCanary10Percent5Minutes',
    deploymentStyle: { deploymentType: 'BLUE_GREEN', deploymentOption: 'WITH_TRAFFIC_CONTROL' },
    alarmConfiguration: { enabled: true, alarms: alarms.map(({ alarmName }) => ({ name: alarmName })) },
    autoRollbackConfiguration: {
      enabled: true,
      events: ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_ALARM', 'DEPLOYMENT_STOP_ON_REQUEST'],
    },
  })
  // The grants of the role have to exist before the first release.
  group.node.addDependency(role)
  aliasOf(target).cfnOptions.updatePolicy = {
    codeDeployLambdaAliasUpdate: { applicationName: application.ref, deploymentGroupName: group.ref },
  }
}

/** An alarm for the first invocation of the alias in a minute that fails, whichever version ran. */
function addErrorAlarm(target: LiveFunction): Alarm {
  // The names are those of the function: the alias waits for the alarm.
  const { functionName } = functionOf(target)
  const { id } = target.node
  return addAlarm(Stack.of(target), {
    name: `${id}Release`,
    metric: new Metric({
      namespace: 'AWS/Lambda',
      metricName: 'Errors',
      dimensionsMap: { FunctionName: functionName, Resource: Fn.join(':', [functionName, aliasName]) },
      statistic: 'Sum',
      period: Duration.minutes(1),
    }),
    description: `${id} fails. A release of it that is under way is undone. Its log says why.`,
  })
}
