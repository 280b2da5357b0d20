import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Duration, RemovalPolicy } from 'aws-cdk-lib'
import { type IRole, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import {
  Alias,
  Architecture,
  type CfnAlias,
  Code,
  type FunctionProps,
  type IFunction,
  type IVersion,
  Function as LambdaFunction,
  Runtime,
  Tracing,
} from 'aws-cdk-lib/aws-lambda'
import { type ILogGroup, LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { Construct } from 'constructs'
import type { Stage } from '../../stages/read-stage.ts'
import { memoryOf } from './function-sizes.ts'
import { metricsNamespace } from './metrics-namespace.ts'

export interface FunctionOptions {
  /** Name of the function's bundle, which is the name of its file in a folder `functions/`. */
  readonly name: string
  /** Folder of all bundles. */
  readonly bundles: string
  readonly stage: Stage
  readonly timeoutSeconds: number
  /** Memory in MB that it has at least, if the measured size (`function-sizes.ts`) is not enough for its largest input. */
  readonly leastMemoryMb?: number
  readonly environment: Readonly<Record<string, string>>
  /** Whether it starts traces, if the stage has any. Another function only continues those of its caller. */
  readonly startsTraces?: boolean
}

/** The alias of every function. It names the version that callers get. */
export const aliasName = 'live'

/**
 * A function as the rest of the stack may use it. It has no name of its own here: everything that calls it names its
 * alias, so that callers, retries and failure queues belong to the version that is live.
 */
export interface LiveFunction extends Construct {
  /** The name of its bundle. */
  readonly bundle: string
  readonly live: IFunction
  readonly logGroup: ILogGroup
  readonly role?: IRole | undefined
  addEnvironment(variable: string, value: string): unknown
  addToRolePolicy(statement: PolicyStatement): void
}

/** A function with its version and its alias. A change of its code or its settings makes another version. */
class AliasedFunction extends LambdaFunction implements LiveFunction {
  readonly bundle: string
  readonly live: IFunction

  constructor(scope: Construct, id: string, bundle: string, settings: FunctionProps) {
    super(scope, id, settings)
    this.bundle = bundle
    // The types differ in how an optional property is written.
    const version = this.currentVersion as IVersion
    this.live = new Alias(this, 'Live', { aliasName, version }) as IFunction
  }
}

/** The alias of a function, as CloudFormation knows it. */
export function aliasOf({ live }: LiveFunction): CfnAlias {
  return live.node.defaultChild as CfnAlias // the alias itself
}

/**
 * The function behind its alias, for a resource that the alias waits for, or that watches all versions. Do not call the
 * function by it.
 */
export function functionOf(target: LiveFunction): IFunction {
  if (target instanceof AliasedFunction) return target as IFunction
  throw new Error(`${target.node.id} is no function of this stack`)
}

/** All functions of a stack. */
export function functionsIn(stack: Construct): readonly LiveFunction[] {
  return stack.node.findAll().filter((one) => one instanceof AliasedFunction)
}

/**
 * A function that runs a bundle, with a role and a log of its own. The role allows nothing but writing that log. Throws
 * an Error if there is no such bundle.
 */
export function addFunction(scope: Construct, id: string, o: FunctionOptions): LiveFunction {
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
  return new AliasedFunction(scope, id, o.name, {
    runtime: Runtime.NODEJS_24_X,
    architecture: Architecture.ARM_64,
    handler: 'index.handler',
    code: Code.fromAsset(bundle),
    memorySize: Math.max(memoryOf(id), o.leastMemoryMb ?? 0),
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
export function allow(target: LiveFunction, resourceArn: string, actions: readonly string[]): void {
  target.addToRolePolicy(
    new PolicyStatement({
      actions: actions.map((action) => `dynamodb:${action}`),
      resources: [resourceArn],
    }),
  )
}

/** Lets one function invoke another, by its alias. */
export function allowInvoke(caller: LiveFunction, called: LiveFunction): void {
  caller.addToRolePolicy(
    new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [called.live.functionArn] }),
  )
}
