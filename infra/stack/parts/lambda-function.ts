import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Duration, RemovalPolicy } from 'aws-cdk-lib'
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Architecture, Code, Function as LambdaFunction, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda'
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { Construct } from 'constructs'
import type { Stage } from '../../stages/read-stage.ts'
import { metricsNamespace } from './log-alarm.ts'

export interface FunctionOptions {
  /** Name of the function's bundle, which is the name of its file in a folder `functions/`. */
  readonly name: string
  /** Folder of all bundles. */
  readonly bundles: string
  readonly stage: Stage
  readonly memoryMb: number
  readonly timeoutSeconds: number
  readonly environment: Readonly<Record<string, string>>
  /** Whether it starts traces, if the stage has any. Another function only continues those of its caller. */
  readonly startsTraces?: boolean
}

/**
 * A function that runs a bundle, with a role and a log of its own. The role allows nothing but writing that log. Throws
 * an Error if there is no such bundle.
 */
export function addFunction(scope: Construct, id: string, o: FunctionOptions): LambdaFunction {
  const bundle = join(o.bundles, o.name)
  if (!existsSync(join(bundle, 'index.mjs')))
    throw new Error(
      `The function ${id} has no bundle: add a file ${o.name}.ts to a folder functions/, or correct its name.`,
    )
  const logGroup = new LogGroup(scope, `${id}Log`, {
    retention: o.stage.settings.logDays as RetentionDays, // the enum's members are days
    removalPolicy: RemovalPolicy.DESTROY,
  })
  const reserved = o.stage.settings.concurrency.reserved[id]
  const role = new Role(scope, `${id}Role`, { assumedBy: new ServicePrincipal('lambda.amazonaws.com') })
  logGroup.grantWrite(role)
  return new LambdaFunction(scope, id, {
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    handler: 'index.handler',
    code: Code.fromAsset(bundle),
    memorySize: o.memoryMb,
    timeout: Duration.seconds(o.timeoutSeconds),
    environment: {
      ...o.environment,
      POWERTOOLS_SERVICE_NAME: o.name,
      POWERTOOLS_LOG_LEVEL: o.stage.settings.logLevel,
      POWERTOOLS_METRICS_NAMESPACE: metricsNamespace(o.stage),
      // Errors name the lines of the sources. It costs a start of the command API about 15 ms of CPU (63 to 78 ms).
      NODE_OPTIONS: '--enable-source-maps',
    },
    ...(reserved !== undefined && { reservedConcurrentExecutions: reserved }),
    // CDK then allows the role to send traces, to `*`: X-Ray has no resource that a policy could name.
    ...(o.startsTraces && o.stage.settings.traceRate > 0 && { tracing: Tracing.ACTIVE }),
    role,
    logGroup,
  })
}

/** Grants a function these actions of DynamoDB, by name: CDK's own grants allow more than the code calls. */
export function allow(target: LambdaFunction, resourceArn: string, actions: readonly string[]): void {
  target.addToRolePolicy(
    new PolicyStatement({
      actions: actions.map((action) => `dynamodb:${action}`),
      resources: [resourceArn],
    }),
  )
}

/** Lets one function invoke another. */
export function allowInvoke(caller: LambdaFunction, called: LambdaFunction): void {
  caller.addToRolePolicy(
    new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [called.functionArn] }),
  )
}
