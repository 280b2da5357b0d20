/** ARNs of the functions that do the tasks of the pipeline. */
export interface PipelineTasks {
  /**
   * The function that does everything except decoding. It knows the events, and reads only the first bytes of a file.
   */
  readonly steps: string
  /** The function that decodes pictures. It knows no events. */
  readonly pictures: string
}

/** Time-outs of the functions that do the tasks, in seconds. */
export const taskSeconds = { steps: 12, pictures: 30 }
/**
 * How much longer the state machine waits for a task than its function's time-out, in seconds. After that, the task
 * fails with `States.Timeout`, for example because the answer of the function was lost.
 */
const graceSeconds = 3
/** Maximum time of a run, in seconds. An Express execution always ends after 300 s. */
const runSeconds = 280

/** Errors that a retry cannot change. */
const final = ['NotAPicture', 'TooManyPixels', 'ReplacedFile']
/** Errors of a task that used all of its time. A file that hangs once most likely hangs again. */
const hanging = ['States.Timeout', 'Sandbox.Timedout', 'Lambda.Unknown']

/**
 * How often a task is retried. Each entry counts its own retries. Every task may hang once and also use all of its
 * other retries, if those fail quickly. A task that hangs a second time fails. The run then still has enough time for
 * `Close`.
 */
const Retry = [
  { ErrorEquals: final, MaxAttempts: 0 },
  { ErrorEquals: hanging, MaxAttempts: 1, IntervalSeconds: 1 },
  {
    ErrorEquals: ['States.ALL'],
    MaxAttempts: 3,
    IntervalSeconds: 1,
    BackoffRate: 2,
    MaxDelaySeconds: 4,
    JitterStrategy: 'FULL',
  },
]

/** The reasons that the person sees. The log of the steps has the cause. */
const reasons = {
  NotAPicture: 'The file cannot be read as a picture.',
  // The message of the error, which contains the numbers.
  TooManyPixels: '{% $parse($states.errorOutput.Cause).errorMessage %}',
  ReplacedFile: 'The file was replaced while it was processed.',
  other: 'The file could not be processed. Send it again.',
}

const upload = { uploadId: '{% $uploadId %}', run: '{% $run %}' }
const cause = '{% $string($states.errorOutput) %}'
const etag = '{% $etag %}'

const rejected = (error: 'NotAPicture' | 'TooManyPixels' | 'ReplacedFile') => ({
  ErrorEquals: [error],
  Assign: { as: 'rejected', reason: reasons[error], cause },
  Next: 'Close',
})

const Catch = [
  rejected('NotAPicture'),
  rejected('TooManyPixels'),
  rejected('ReplacedFile'),
  { ErrorEquals: ['States.ALL'], Assign: { as: 'failed', reason: reasons.other, cause }, Next: 'Close' },
]

/** A step has rejected the upload. `Close` undoes the work of the run, and records the reason. */
const ifRejected = (more: Readonly<Record<string, string>> = {}) => ({
  Condition: "{% $states.input.outcome = 'rejected' %}",
  Assign: { reason: '{% $states.input.reason %}', ...more },
  Next: 'Close',
})

const ifDone = (Next: string) => ({ Condition: "{% $states.input.outcome = 'go-on' %}", Next })

const task = (
  tasks: PipelineTasks,
  by: keyof PipelineTasks,
  step: string,
  more: Readonly<Record<string, string>> = {},
) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  TimeoutSeconds: taskSeconds[by] + graceSeconds,
  Arguments: { FunctionName: tasks[by], Payload: { step, ...upload, ...more } },
  Output: '{% $states.result.Payload %}',
  Retry,
})

/**
 * The upload pipeline in the Amazon States Language. It starts from S3's event about a new file under `incoming/`. Its
 * state contains references, never bytes. Each task can be repeated. If the retries do not help, `Close` compensates:
 * it releases the quota, removes the files and records the reason in the upload's stream. Only if `Close` fails, too,
 * the run fails, and the expiry ends the upload later.
 */
export function uploadPipeline(tasks: PipelineTasks) {
  return {
    Comment: 'Adds an uploaded file to its project',
    QueryLanguage: 'JSONata',
    StartAt: 'Begin',
    TimeoutSeconds: runSeconds,
    States: {
      Begin: begin,
      ...acceptance(tasks),
      OpenPicture: openPicture(tasks),
      // The step `complete` checks itself whether the upload has ended, or may no longer be added to its project.
      Complete: { ...task(tasks, 'steps', 'complete', { etag }), Catch, Next: 'IsComplete' },
      IsComplete: {
        Type: 'Choice',
        Choices: [ifDone('Done'), ifRejected({ projectVersion: '{% $states.input.projectVersion %}' })],
        Default: 'Close',
      },
      Close: {
        ...task(tasks, 'steps', 'close', {
          as: '{% $as %}',
          reason: '{% $reason %}',
          projectVersion: '{% $projectVersion %}',
          cause: '{% $cause %}',
        }),
        Next: 'Done',
      },
      Done: { Type: 'Succeed' },
    },
  }
}

const begin = {
  Type: 'Pass',
  Assign: {
    uploadId: "{% $substringAfter($states.input.detail.object.key, '/') %}",
    etag: '{% $states.input.detail.object.etag %}',
    run: '{% $states.context.Execution.Name %}',
    as: 'rejected',
    reason: '',
    // No decision has depended on the project yet.
    projectVersion: 0,
    cause: '',
  },
  Next: 'Validate',
}

/** The states that check whether the file matches the request, and whether the plan has enough storage left. */
function acceptance(tasks: PipelineTasks) {
  return {
    Validate: { ...task(tasks, 'steps', 'validate', { etag }), Catch, Next: 'IsValid' },
    IsValid: {
      Type: 'Choice',
      Choices: [
        ifDone('ReserveQuota'),
        { Condition: "{% $states.input.outcome = 'other-run' %}", Next: 'Done' },
      ],
      Default: 'Close',
    },
    ReserveQuota: { ...task(tasks, 'steps', 'reserve-quota'), Catch, Next: 'HasRoom' },
    HasRoom: {
      Type: 'Choice',
      Choices: [ifDone('OpenPicture'), ifRejected()],
      Default: 'Close',
    },
  }
}

/** The state that reads the size of the picture and makes its thumbnail, in parallel. */
function openPicture(tasks: PipelineTasks) {
  const metadata = { width: '{% $states.input.width %}', height: '{% $states.input.height %}' }
  return {
    Type: 'Parallel',
    Branches: [
      {
        StartAt: 'ReadMetadata',
        States: {
          ReadMetadata: { ...task(tasks, 'pictures', 'read-metadata', { etag }), Next: 'RecordMetadata' },
          RecordMetadata: { ...task(tasks, 'steps', 'record-metadata', metadata), End: true },
        },
      },
      {
        StartAt: 'MakeThumbnail',
        States: {
          MakeThumbnail: { ...task(tasks, 'pictures', 'make-thumbnail', { etag }), Next: 'RecordThumbnail' },
          RecordThumbnail: { ...task(tasks, 'steps', 'record-thumbnail'), End: true },
        },
      },
    ],
    Catch,
    Next: 'Complete',
  }
}
