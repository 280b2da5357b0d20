import type { Stack } from 'aws-cdk-lib'
import type { TableV2 } from 'aws-cdk-lib/aws-dynamodb'
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda'
import type { Bucket } from 'aws-cdk-lib/aws-s3'
import type { Queue } from 'aws-cdk-lib/aws-sqs'
import { CfnStateMachine } from 'aws-cdk-lib/aws-stepfunctions'
import { pictureMemoryMb } from '../../../../workflows/upload/picture.ts'
import { taskSeconds, uploadPipeline } from '../../../../workflows/upload/state-machine.ts'
import type { Stage } from '../../../stages/read-stage.ts'
import { alarmOnFailures } from '../failure-queue.ts'
import { addFunction, allow } from '../lambda-function.ts'
import { observed } from '../monitoring/execution-log.ts'
import { addRule, type NamedRule } from '../rule.ts'
import { allowFiles, allowToMiss, allowToRemove } from './file-bucket.ts'

/** The name of the rule and the log within the stage. */
const pipelineName = 'upload-pipeline'

export interface UploadPipelineOptions {
  readonly bundles: string
  readonly stage: Stage
  readonly eventStore: TableV2
  readonly files: Bucket
  /** Events of S3 that could not start the pipeline. */
  readonly failures: Queue
}

/** The state machine that takes files into their projects, with its rule and the functions of its tasks. */
export function addUploadPipeline(stack: Stack, options: UploadPipelineOptions): void {
  const machine = addMachine(stack, addSteps(stack, options), addPictures(stack, options), options.stage)
  startOnIncoming(stack, machine, options)
  alarmOnFailures(
    stack,
    options.failures,
    'The upload pipeline could not be started. The queue holds the events of S3.',
  )
}

/** The function that knows the events. It looks at the first bytes of a file and copies it, but decodes no picture. */
function addSteps(
  stack: Stack,
  { bundles, stage, eventStore, files }: UploadPipelineOptions,
): LambdaFunction {
  const steps = addFunction(stack, 'UploadSteps', {
    name: 'upload-steps',
    bundles,
    stage,
    memoryMb: 512,
    timeoutSeconds: taskSeconds.steps,
    environment: { FILES_BUCKET: files.bucketName, EVENT_STORE_TABLE: eventStore.tableName },
  })
  allow(steps, eventStore.tableArn, ['Query', 'PutItem'])
  allowFiles(steps, files, 'incoming/*', ['GetObject'])
  allowToMiss(steps, files, 'incoming/*')
  allowFiles(steps, files, 'files/*/original', ['PutObject'])
  allowToRemove(steps, files, ['incoming/*', 'files/*'])
  return steps
}

/** The function that decodes pictures. It knows no events. */
function addPictures(stack: Stack, { bundles, stage, files }: UploadPipelineOptions): LambdaFunction {
  const pictures = addFunction(stack, 'UploadPictures', {
    name: 'upload-pictures',
    bundles,
    stage,
    memoryMb: pictureMemoryMb,
    timeoutSeconds: taskSeconds.pictures,
    environment: { FILES_BUCKET: files.bucketName },
  })
  allowFiles(pictures, files, 'incoming/*', ['GetObject'])
  allowToMiss(pictures, files, 'incoming/*')
  // A stranger's picture may take this function over: it must not reach an original.
  allowFiles(pictures, files, 'files/*/thumbnail', ['PutObject'])
  return pictures
}

function addMachine(
  stack: Stack,
  { functionArn: steps }: LambdaFunction,
  { functionArn: pictures }: LambdaFunction,
  stage: Stage,
): CfnStateMachine {
  const role = new Role(stack, 'UploadPipelineRole', {
    assumedBy: new ServicePrincipal('states.amazonaws.com'),
  })
  role.addToPolicy(new PolicyStatement({ actions: ['lambda:InvokeFunction'], resources: [steps, pictures] }))
  const machine = new CfnStateMachine(stack, 'UploadPipeline', {
    definitionString: stack.toJsonString(uploadPipeline({ steps, pictures })),
    roleArn: role.roleArn,
    stateMachineType: stage.settings.pipeline,
    ...observed(stack, 'UploadPipeline', { stage, name: pipelineName, role }),
  })
  // The machine's grants have to exist before it runs.
  machine.node.addDependency(role)
  return machine
}

/** Starts the machine for each file that was sent. */
function startOnIncoming(
  stack: Stack,
  machine: CfnStateMachine,
  { stage, files, failures }: UploadPipelineOptions,
): void {
  const role = new Role(stack, 'UploadPipelineStartRole', {
    assumedBy: new ServicePrincipal('events.amazonaws.com'),
  })
  role.addToPolicy(new PolicyStatement({ actions: ['states:StartExecution'], resources: [machine.attrArn] }))
  addRule(stack, 'UploadPipelineRule', {
    ...pipelineRule(stage),
    pattern: {
      source: ['aws.s3'],
      detailType: ['Object Created'],
      detail: { bucket: { name: [files.bucketName] }, object: { key: [{ prefix: 'incoming/' }] } },
    },
    target: { arn: machine.attrArn, roleArn: role.roleArn },
    failures,
  })
}

/** The rule that starts the pipeline. S3 sends its events to the account's default bus. */
export function pipelineRule(stage: Stage): NamedRule {
  return { stage, name: pipelineName }
}
