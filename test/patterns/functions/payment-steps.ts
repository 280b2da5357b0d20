import type { Context } from 'aws-lambda'
import { createDynamoClient } from '../../../commands/aws/dynamo-client.ts'
import { environment } from '../../../commands/aws/environment.ts'
import { systemClock as clock } from '../../../commands/aws/system-clock.ts'
import { deadlineWithin } from '../../../commands/aws/time-left.ts'
import { reservingEventStoreFromEnvironment } from '../../../commands/composition/store.ts'
import { createSecret } from '../../../workflows/reactions/secrets-manager-secret.ts'
import { httpPayments } from '../http-payments.ts'
import { paymentSteps, stepInput } from '../payment-steps.ts'

// #region entry
const step = paymentSteps({
  // A rejection releases reserved keys.
  store: reservingEventStoreFromEnvironment(createDynamoClient()),
  payments: httpPayments(createSecret(environment('SECRET_ARN'), clock)),
  clock,
})

export const handler = (event: unknown, context: Context) =>
  step(stepInput.parse(event), deadlineWithin(context, { reserveMs: 1000 }, clock))
// #endregion entry
