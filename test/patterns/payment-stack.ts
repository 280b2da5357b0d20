import type { Stack } from 'aws-cdk-lib'
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import { type EventBus, type IEventBus, Rule } from 'aws-cdk-lib/aws-events'
import { SfnStateMachine } from 'aws-cdk-lib/aws-events-targets'
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager'
import { CfnStateMachine, StateMachine } from 'aws-cdk-lib/aws-stepfunctions'
import { addFailureQueue, alarmOnFailures } from '../../infra/stack/parts/failure-queue.ts'
import { addFunction, allow } from '../../infra/stack/parts/lambda-function.ts'
import { paymentSaga, stepSeconds } from './payment-saga.ts'

export interface PaymentOptions {
  readonly bundles: string
  readonly bus: EventBus
  readonly eventStore: TableV2
  readonly reservations: TableV2
}

// #region stack
/** The state machine that takes the deposit of each new booking. */
export function addPayment(
  stack: Stack,
  { bundles, bus, eventStore, reservations }: PaymentOptions,
): CfnStateMachine {
  const failures = addFailureQueue(stack, 'PaymentFailures')
  alarmOnFailures(failures, 'The payment of a booking could not be started. The queue holds the event.')
  const secret = new CfnSecret(stack, 'PaymentSecret', {
    description: 'Address and key of the service that takes money, as {"url": "…", "key": "…"}',
  })
  const steps = addFunction(stack, 'PaymentSteps', {
    name: 'payment-steps',
    bundles,
    memoryMb: 512,
    timeoutSeconds: stepSeconds,
    environment: {
      EVENT_STORE_TABLE: eventStore.tableName,
      RESERVATION_TABLE: reservations.tableName,
      SECRET_ARN: secret.ref,
    },
  })
  allow(steps, eventStore.tableArn, ['Query', 'PutItem'])
  // A rejection gives reserved keys free again.
  allow(steps, reservations.tableArn, ['DeleteItem'])
  steps.addToRolePolicy(
    new PolicyStatement({ actions: ['secretsmanager:GetSecretValue'], resources: [secret.ref] }),
  )

  const role = new Role(stack, 'PaymentRole', { assumedBy: new ServicePrincipal('states.amazonaws.com') })
  role.addToPolicy(
    new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [steps.functionArn] }),
  )
  const machine = new CfnStateMachine(stack, 'Payment', {
    definitionString: stack.toJsonString(paymentSaga(steps.functionArn)),
    roleArn: role.roleArn,
    // A failed run of this type can be redriven from the step that failed.
    stateMachineType: 'STANDARD',
  })
  machine.node.addDependency(role)

  const target = StateMachine.fromStateMachineArn(stack, 'PaymentTarget', machine.attrArn)
  new Rule(stack, 'PaymentRule', {
    eventBus: bus as IEventBus, // the two types differ in how an optional property is written
    eventPattern: { source: ['annals'], detailType: ['BookingCreated'], detail: { schema: [1] } },
    targets: [new SfnStateMachine(target, { deadLetterQueue: failures })],
  })
  return machine
}
// #endregion stack
