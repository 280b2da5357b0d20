/** ARNs of the functions that do its tasks. */
export interface PipelineTasks {
  /** Everything but to open files: it knows the events. */
  readonly steps: string
  /** Opens files, and knows nothing else. */
  readonly pictures: string
}

const attempts = { IntervalSeconds: 1, BackoffRate: 2, MaxDelaySeconds: 30, JitterStrategy: 'FULL' }

/** What another try would not change. */
const final = ['NotAPicture', 'ReplacedFile']

/** What the person is told; why it really was stands in the log of the steps. */
const reasons = {
  NotAPicture: 'The file cannot be read as a picture.',
  ReplacedFile: 'The file was replaced while it was processed.',
  other: 'The file could not be processed. Send it again.',
}

const upload = { uploadId: '{% $uploadId %}', run: '{% $run %}' }
const cause = '{% $string($states.errorOutput) %}'

/**
 * The upload pipeline in the Amazon States Language, for what S3 says of a file that was put under `incoming/`. Its
 * state is references, never bytes. Each task can be repeated; what fails for good is compensated by `Close`, which
 * gives the quota back, removes the files and says in the upload's stream why. Only where that fails, too, the run
 * fails, and the sweeper ends the upload later.
 */
export function uploadPipeline({ steps, pictures }: PipelineTasks) {
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
  const goesOn = (Next: string) => ({ Condition: "{% $states.input.outcome = 'go-on' %}", Next })
  const etag = '{% $etag %}'
  const metadata = { width: '{% $states.input.width %}', height: '{% $states.input.height %}' }

  return {
    Comment: 'Takes a file that was sent into its project',
    QueryLanguage: 'JSONata',
    StartAt: 'Begin',
    TimeoutSeconds: 280,
    States: {
      Begin: {
        Type: 'Pass',
        Assign: {
          uploadId: "{% $substringAfter($states.input.detail.object.key, '/') %}",
          etag: '{% $states.input.detail.object.etag %}',
          run: '{% $states.context.Execution.Name %}',
          as: 'rejected',
          reason: '',
          cause: '',
        },
        Next: 'Validate',
      },
      Validate: { ...task(steps, 'validate', { etag }), Catch, Next: 'IsValid' },
      IsValid: {
        Type: 'Choice',
        Choices: [
          goesOn('ReserveQuota'),
          { Condition: "{% $states.input.outcome = 'other-run' %}", Next: 'Done' },
        ],
        Default: 'Close',
      },
      ReserveQuota: { ...task(steps, 'reserve-quota'), Catch, Next: 'HasRoom' },
      HasRoom: {
        Type: 'Choice',
        Choices: [
          goesOn('OpenPicture'),
          {
            Condition: "{% $states.input.outcome = 'rejected' %}",
            Assign: { reason: '{% $states.input.reason %}' },
            Next: 'Close',
          },
        ],
        Default: 'Close',
      },
      OpenPicture: {
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
      },
      // It finds out by itself where the upload has ended meanwhile.
      Complete: { ...task(steps, 'complete', { etag }), Catch, Next: 'IsComplete' },
      IsComplete: { Type: 'Choice', Choices: [goesOn('Done')], Default: 'Close' },
      Close: {
        ...task(steps, 'close', {
          as: '{% $as %}',
          reason: '{% $reason %}',
          cause: '{% $cause %}',
        }),
        Next: 'Done',
      },
      Done: { Type: 'Succeed' },
    },
  }
}
