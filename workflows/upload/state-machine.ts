/** ARNs of the functions that do the tasks of the pipeline. */
export interface PipelineTasks {
  /** Does everything but decode pictures. Knows the events, and looks at the first bytes of a file only. */
  readonly steps: string
  /** Decodes pictures, and knows no events. */
  readonly pictures: string
}

/** Timeouts of the functions that do the tasks, in seconds. */
export const taskSeconds = { steps: 12, pictures: 30 }
/**
 * How much longer the state machine waits for a task than its function may take, in seconds. After that the task fails
 * with `States.Timeout`, as when Lambda did not end the function or its answer was lost.
 */
const graceSeconds = 3
/** How long a run may take, in seconds. An Express execution ends after 300 s, whatever it does. */
const runSeconds = 280

/** Errors that another try would not change. */
const final = ['NotAPicture', 'TooManyPixels', 'ReplacedFile']
/** Errors of a task that took all of its time. A file that hangs once most likely hangs again. */
const hanging = ['States.Timeout', 'Sandbox.Timedout', 'Lambda.Unknown']

/**
 * How often a task is tried again. Each entry counts its own retries. Every task may hang once and use all of its other
 * retries, if those fail quickly, and a task that hangs a second time fails: the time of the run is still enough for
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

/** Reasons that the person is told. The log of the steps has the cause. */
const reasons = {
  NotAPicture: 'The file cannot be read as a picture.',
  // The message of the error, which has the numbers.
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

/** A step has rejected the upload: `Close` takes back what was done, and records the reason. */
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
 * The upload pipeline in the Amazon States Language, for S3's event about a file that was put under `incoming/`. Its
 * state is references, never bytes. Each task can be repeated. A failure that no retry heals is compensated by `Close`,
 * which gives the quota back, removes the files and records the reason in the upload's stream. Only if that fails, too,
 * the run fails, and the expiry ends the upload later.
 */
export function uploadPipeline(tasks: PipelineTasks) {
  return {
    Comment: 'Takes a file that was sent into its project',
    QueryLanguage: 'JSONata',
    StartAt: 'Begin',
    TimeoutSeconds: runSeconds,
    States: {
      Begin: begin,
      ...acceptance(tasks),
      OpenPicture: openPicture(tasks),
      // `complete` finds out by itself if the upload has ended by now, or may no longer be added to its project.
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
    // No decision has depended on the project.
    projectVersion: 0,
    cause: '',
  },
  Next: 'Validate',
}

/** The file is the requested one, and there is room for it. */
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

/** Reads the size of the picture and makes its thumbnail, side by side. */
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
