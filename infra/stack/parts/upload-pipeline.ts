import { Duration, type Stack } from 'aws-cdk-lib'
import { ComparisonOperator, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch'
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import { Rule } from 'aws-cdk-lib/aws-events'
import { SfnStateMachine } from 'aws-cdk-lib/aws-events-targets'
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import type { Bucket } from 'aws-cdk-lib/aws-s3'
import { CfnStateMachine, StateMachine } from 'aws-cdk-lib/aws-stepfunctions'
import { uploadPipeline } from '../../../workflows/upload/state-machine.ts'
import type { PipelineType } from '../../build/settings.ts'
import { addFailureQueue, alarmOnFailures } from './failure-queue.ts'
import { addFunction, allow } from './lambda-function.ts'

export interface UploadPipelineOptions {
  readonly bundles: string
  readonly eventStore: TableV2
  readonly files: Bucket
  readonly type: PipelineType
}

/** Lets a function do these things with the files under a prefix, by name. */
export function allowFiles(
  target: LambdaFunction,
  bucket: Bucket,
  prefix: string,
  actions: readonly ('GetObject' | 'PutObject' | 'DeleteObject')[],
): void {
  target.addToRolePolicy(
    new PolicyStatement({
      actions: actions.map((action) => `s3:${action}`),
      resources: [bucket.arnForObjects(`${prefix}/*`)],
    }),
  )
}

/** The state machine that takes files into their projects, what starts it, and the functions of its tasks. */
export function addUploadPipeline(
  stack: Stack,
  { bundles, eventStore, files, type }: UploadPipelineOptions,
): void {
  const environment = { FILES_BUCKET: files.bucketName }
  const steps = addFunction(stack, 'UploadSteps', {
    name: 'upload-steps',
    bundles,
    memoryMb: 512,
    timeoutSeconds: 20,
    environment: { ...environment, EVENT_STORE_TABLE: eventStore.tableName },
  })
  allow(steps, eventStore.tableArn, ['Query', 'PutItem'])
  allowFiles(steps, files, 'incoming', ['GetObject', 'DeleteObject'])
  allowFiles(steps, files, 'files', ['PutObject', 'DeleteObject'])
  // Without it S3 says of a file that is gone that it may not be read.
  steps.addToRolePolicy(new PolicyStatement({ actions: ['s3:ListBucket'], resources: [files.bucketArn] }))
  // To unpack a picture takes memory, and what more of it brings in CPU.
  const pictures = addFunction(stack, 'UploadPictures', {
    name: 'upload-pictures',
    bundles,
    memoryMb: 1769,
    timeoutSeconds: 45,
    environment,
  })
  allowFiles(pictures, files, 'incoming', ['GetObject'])
  allowFiles(pictures, files, 'files', ['PutObject'])

  const role = new Role(stack, 'UploadPipelineRole', {
    assumedBy: new ServicePrincipal('states.amazonaws.com'),
  })
  role.addToPolicy(
    new PolicyStatement({
      actions: ['lambda:InvokeFunction'],
      resources: [steps.functionArn, pictures.functionArn],
    }),
  )
  const definition = uploadPipeline({ steps: steps.functionArn, pictures: pictures.functionArn })
  const machine = new CfnStateMachine(stack, 'UploadPipeline', {
    definitionString: stack.toJsonString(definition),
    roleArn: role.roleArn,
    stateMachineType: type,
  })
  // Its grants have to be there before it runs.
  machine.node.addDependency(role)

  const unstarted = addFailureQueue(stack, 'UploadPipelineFailures')
  alarmOnFailures(unstarted, 'The upload pipeline could not be started. The queue holds the events of S3.')
  new Rule(stack, 'UploadPipelineRule', {
    eventPattern: {
      source: ['aws.s3'],
      detailType: ['Object Created'],
      detail: { bucket: { name: [files.bucketName] }, object: { key: [{ prefix: 'incoming/' }] } },
    },
    targets: [
      new SfnStateMachine(StateMachine.fromStateMachineArn(stack, 'UploadPipelineTarget', machine.attrArn), {
        deadLetterQueue: unstarted,
      }),
    ],
  })
  new Metric({
    namespace: 'AWS/States',
    metricName: 'ExecutionsFailed',
    statistic: 'Sum',
    dimensionsMap: { StateMachineArn: machine.attrArn },
    period: Duration.minutes(5),
  }).createAlarm(stack, 'UploadPipelineAlarm', {
    alarmDescription: 'A run of the upload pipeline failed. The log of UploadSteps says why.',
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    threshold: 1,
    evaluationPeriods: 1,
    treatMissingData: TreatMissingData.NOT_BREACHING,
  })
}
