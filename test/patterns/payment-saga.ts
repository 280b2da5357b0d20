/** How long a function may take for a step, in seconds. */
export const stepSeconds = 15

const Retry = [
  {
    ErrorEquals: ['States.ALL'],
    MaxAttempts: 3,
    IntervalSeconds: 1,
    BackoffRate: 2,
    MaxDelaySeconds: 4,
    JitterStrategy: 'FULL',
  },
]

/** A failure that no retry heals. The steps that were done are undone. */
const Catch = [
  { ErrorEquals: ['States.ALL'], Assign: { reason: 'The payment did not succeed.' }, Next: 'Reject' },
]

const isDone = (Next: string) => ({ Condition: "{% $states.input.outcome = 'done' %}", Next })

/**
 * The payment of a booking, in the Amazon States Language, for the public event `BookingCreated`. The machine undoes
 * the steps in the opposite order. Every step can be repeated, and two runs for one event do no harm.
 */
export function paymentSaga(stepsArn: string) {
  const task = (step: string) => ({
    Type: 'Task',
    Resource: 'arn:aws:states:::lambda:invoke',
    TimeoutSeconds: stepSeconds + 3,
    Arguments: {
      FunctionName: stepsArn,
      Payload: { step, bookingId: '{% $bookingId %}', reason: '{% $reason %}' },
    },
    Output: '{% $states.result.Payload %}',
    Retry,
  })
  return {
    Comment: 'Takes the deposit of a booking, or releases the room',
    QueryLanguage: 'JSONata',
    StartAt: 'Begin',
    States: {
      Begin: {
        Type: 'Pass',
        Assign: { bookingId: '{% $states.input.detail.data.bookingId %}', reason: '' },
        Next: 'Charge',
      },
      // #region states
      Charge: { ...task('charge'), Catch, Next: 'IsCharged' },
      IsCharged: { Type: 'Choice', Choices: [isDone('Confirm')], Default: 'WasDeclined' },
      WasDeclined: { Type: 'Pass', Assign: { reason: 'The payment was declined.' }, Next: 'Reject' },
      Confirm: { ...task('confirm'), Catch, Next: 'IsConfirmed' },
      IsConfirmed: { Type: 'Choice', Choices: [isDone('Done')], Default: 'Reject' },
      // The stream of the booking decides first: if another run has confirmed it, the money is not given back.
      Reject: { ...task('reject'), Next: 'IsRejected' },
      IsRejected: { Type: 'Choice', Choices: [isDone('Refund')], Default: 'Done' },
      Refund: { ...task('refund'), Next: 'Done' },
      // #endregion states
      Done: { Type: 'Succeed' },
    },
  }
}
