/** ARNs of the functions that do the tasks of the pipeline. */
export interface PipelineTasks {
  /** Does everything but opening files, and knows the events. */
  readonly steps: string
  /** Opens files, and knows nothing else. */
  readonly pictures: string
}

const attempts = { IntervalSeconds: 1, BackoffRate: 2, MaxDelaySeconds: 30, JitterStrategy: 'FULL' }

/** Errors that another try would not change. */
const final = ['NotAPicture', 'ReplacedFile']

/** Reasons that the person is told. The log of the steps has the cause. */
const reasons = {
  NotAPicture: 'The file cannot be read as a picture.',
  ReplacedFile: 'The file was replaced while it was processed.',
  other: 'The file could not be processed. Send it again.',
}

const upload = { uploadId: '{% $uploadId %}', run: '{% $run %}' }
const cause = '{% $string($states.errorOutput) %}'
const etag = '{% $etag %}'

const rejected = (error: 'NotAPicture' | 'ReplacedFile') => ({
  ErrorEquals: [error],
  Assign: { as: 'rejected', reason: reasons[error], cause },
  Next: 'Close',
})

const Catch = [
  rejected('NotAPicture'),
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

const task = (functionArn: string, step: string, more: Readonly<Record<string, string>> = {}) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: { FunctionName: functionArn, Payload: { step, ...upload, ...more } },
  Output: '{% $states.result.Payload %}',
  Retry: [
    { ErrorEquals: final, MaxAttempts: 0 },
    { ErrorEquals: ['States.ALL'], MaxAttempts: 5, ...attempts },
  ],
})

/**
 * The upload pipeline in the Amazon States Language, for S3's event about a file that was put under `incoming/`. Its
 * state is references, never bytes. Each task can be repeated. A failure that no retry heals is compensated by `Close`,
 * which gives the quota back, removes the files and records the reason in the upload's stream. Only if that fails, too,
 * the run fails, and the expiry ends the upload later.
 */
export function uploadPipeline(tasks: PipelineTasks) {
  const { steps } = tasks
  return {
    Comment: 'Takes a file that was sent into its project',
    QueryLanguage: 'JSONata',
    StartAt: 'Begin',
    TimeoutSeconds: 280,
    States: {
      Begin: begin,
      ...acceptance(steps),
      OpenPicture: openPicture(tasks),
      // `complete` finds out by itself if the upload has ended by now, or may no longer be added to its project.
      Complete: { ...task(steps, 'complete', { etag }), Catch, Next: 'IsComplete' },
      IsComplete: {
        Type: 'Choice',
        Choices: [ifDone('Done'), ifRejected({ projectVersion: '{% $states.input.projectVersion %}' })],
        Default: 'Close',
      },
      Close: {
        ...task(steps, 'close', {
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
function acceptance(steps: string) {
  return {
    Validate: { ...task(steps, 'validate', { etag }), Catch, Next: 'IsValid' },
    IsValid: {
      Type: 'Choice',
      Choices: [
        ifDone('ReserveQuota'),
        { Condition: "{% $states.input.outcome = 'other-run' %}", Next: 'Done' },
      ],
      Default: 'Close',
    },
    ReserveQuota: { ...task(steps, 'reserve-quota'), Catch, Next: 'HasRoom' },
    HasRoom: {
      Type: 'Choice',
      Choices: [ifDone('OpenPicture'), ifRejected()],
      Default: 'Close',
    },
  }
}

/** Reads the size of the picture and makes its thumbnail, side by side. */
function openPicture({ steps, pictures }: PipelineTasks) {
  const metadata = { width: '{% $states.input.width %}', height: '{% $states.input.height %}' }
  return {
    Type: 'Parallel',
    Branches: [
      {
        StartAt: 'ReadMetadata',
        States: {
          ReadMetadata: { ...task(pictures, 'read-metadata', { etag }), Next: 'RecordMetadata' },
          RecordMetadata: { ...task(steps, 'record-metadata', metadata), End: true },
        },
      },
      {
        StartAt: 'MakeThumbnail',
        States: {
          MakeThumbnail: { ...task(pictures, 'make-thumbnail', { etag }), Next: 'RecordThumbnail' },
          RecordThumbnail: { ...task(steps, 'record-thumbnail'), End: true },
        },
      },
    ],
    Catch,
    Next: 'Complete',
  }
}
