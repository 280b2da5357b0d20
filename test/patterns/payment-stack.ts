import type { Stack } from 'aws-cdk-lib'
import type { EventBus, IEventBus } from 'aws-cdk-lib/aws-events'
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import { CfnStateMachine } from 'aws-cdk-lib/aws-stepfunctions'
import { addFailureQueue, alarmOnFailures } from '../../infra/stack/parts/failure-queue.ts'
import { addFunction, allow } from '../../infra/stack/parts/lambda-function.ts'
import { letReadSecret } from '../../infra/stack/parts/reactions.ts'
import { addRule, letRuleSend, type NamedRule } from '../../infra/stack/parts/rule.ts'
import { keep } from '../../infra/stack/parts/stored.ts'
import type { WriteSide } from '../../infra/stack/write-side.ts'
import type { Stage } from '../../infra/stages/read-stage.ts'
import { paymentSaga, stepSeconds } from './payment-saga.ts'

export interface PaymentData {
  /** Events that could not start the payment. */
  readonly failures: Queue
  readonly secret: CfnSecret
}

// #region data
/** The resources of the payment that belong to the data stack, which keeps them. */
export function addPaymentData(data: Stack, bus: EventBus, stage: Stage): PaymentData {
  const failures = addFailureQueue(data, 'PaymentFailures')
  letRuleSend(failures, ruleOf(stage, bus))
  const secret = new CfnSecret(data, 'PaymentSecret', {
    description: 'Address and key of the service that takes money, as {"url": "…", "key": "…"}',
  })
  secret.applyRemovalPolicy(keep)
  return { failures, secret }
}
// #endregion data

export interface PaymentOptions {
  readonly bundles: string
  readonly stage: Stage
  readonly bus: EventBus
  readonly writeSide: Pick<WriteSide, 'eventStore' | 'reservations'>
  readonly data: PaymentData
}

/** The state machine that takes the deposit of each new booking. */
export function addPayment(service: Stack, options: PaymentOptions): void {
  const { stage, bus, data } = options
  const machine = addMachine(service, addSteps(service, options))
  const start = new Role(service, 'PaymentStartRole', {
    assumedBy: new ServicePrincipal('events.amazonaws.com'),
  })
  start.addToPolicy(new PolicyStatement({ actions: ['states:StartExecution'], resources: [machine.attrArn] }))
  alarmOnFailures(
    service,
    data.failures,
    'The payment of a booking could not be started. The queue holds the event.',
  )
  addRule(service, 'PaymentRule', {
    ...ruleOf(stage, bus),
    pattern: { source: ['annals'], detailType: ['BookingCreated'], detail: { schema: [1] } },
    target: { arn: machine.attrArn, roleArn: start.roleArn },
    failures: data.failures,
  })
}

function ruleOf(stage: Stage, bus: EventBus): NamedRule {
  return { stage, name: 'payment', bus: bus as IEventBus } // the two types differ in how an optional property is written
}

function addSteps(
  service: Stack,
  { bundles, stage, writeSide: { eventStore, reservations }, data: { secret } }: PaymentOptions,
): LambdaFunction {
  const steps = addFunction(service, 'PaymentSteps', {
    name: 'payment-steps',
    bundles,
    stage,
    memoryMb: 512,
    timeoutSeconds: stepSeconds,
    environment: { EVENT_STORE_TABLE: eventStore.tableName, RESERVATION_TABLE: reservations.tableName },
  })
  allow(steps, eventStore.tableArn, ['Query', 'PutItem'])
  // A rejection releases reserved keys.
  allow(steps, reservations.tableArn, ['DeleteItem'])
  letReadSecret(steps, secret)
  return steps
}

function addMachine(service: Stack, { functionArn }: LambdaFunction): CfnStateMachine {
  const role = new Role(service, 'PaymentRole', { assumedBy: new ServicePrincipal('states.amazonaws.com') })
  role.addToPolicy(new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [functionArn] }))
  const machine = new CfnStateMachine(service, 'Payment', {
    definitionString: service.toJsonString(paymentSaga(functionArn)),
    roleArn: role.roleArn,
    // A failed run of this type can be redriven from the step that failed.
    stateMachineType: 'STANDARD',
  })
  machine.node.addDependency(role)
  return machine
}
