import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { allowOnly, type Properties } from '../../cloud/template.ts'
import type { Faults } from '../../faults/faults.ts'
import type { Log } from '../../gateway/aws-service.ts'
import { type Deliveries, type Limits, openDeliveries } from '../../storage/deliveries.ts'
import type { Invocation } from './invocation.ts'
import type { Lambda } from './service.ts'

export interface AsyncInvocations {
  /** Applies the resolved properties of an `AWS::Lambda::EventInvokeConfig`. Throws if a property is not modelled. */
  configure(functionArn: string, properties: Properties, onFailure?: (record: string) => void): void
  /** Accepts an event for a function, durably. Throws AwsError if there is no such function. */
  invokeAsync(functionArn: string, payload: unknown): void
  close: Deliveries<unknown>['close']
}

interface Settings extends Limits {
  readonly onFailure?: ((record: string) => void) | undefined
}

const modelled = [
  'FunctionName',
  'Qualifier',
  'MaximumRetryAttempts',
  'MaximumEventAgeInSeconds',
  'DestinationConfig',
]
const sixHours = 6 * 3600

/**
 * Invokes functions asynchronously. An event is accepted at once. If the function fails, it is retried after 1 minute
 * and again after 2, unless `retryDelaysMs` differs. An event that fails every try goes to the failure destination
 * (Lambda developer guide, "Invoking a Lambda function asynchronously").
 */
export function openAsyncInvocations(o: {
  readonly dataDir: string
  readonly lambda: Pick<Lambda, 'find' | 'invoke'>
  readonly retryDelaysMs?: readonly number[] | undefined
  /** The faults of deliveries, at the place `event <name of the function>`. */
  readonly faults: Faults
  readonly log: Log
}): AsyncInvocations {
  const configured = new Map<string, Settings>()
  const placeOf = (functionArn: string) => `event ${functionArn.replace(/^.*:/, '')}`
  const settingsOf = ({ functionArn = '' }): Settings =>
    configured.get(functionArn) ?? { retries: 2, maxAgeMs: sixHours * 1000 }

  const deliveries = openDeliveries<
    { readonly functionArn: string; readonly payload: unknown },
    NonNullable<Invocation['error']> & { final?: boolean }
  >({
    file: join(o.dataDir, 'async-invocations.jsonl'),
    delaysMs: o.retryDelaysMs ?? [60_000, 120_000],
    limitsOf: settingsOf,
    async attempt({ functionArn, payload }, id) {
      const invoke = () =>
        o.lambda.invoke(functionArn, payload, id).catch((thrown: unknown) => ({
          error: { errorType: 'InvocationFailed', errorMessage: String(thrown) },
        }))
      const occasion = o.faults.draw(placeOf(functionArn), ['duplicate', 'delay'])
      if (occasion?.fault === 'delay') await delay(occasion.afterMs)
      const { error } = await invoke()
      if (occasion?.fault === 'duplicate') await invoke()
      if (error) o.log('lambda', `${functionArn} failed: ${error.errorType} ${error.errorMessage}`)
      return error
    },
    giveUp(work, { id, attempts, failure, exhausted }) {
      const condition = exhausted === 'age' ? 'EventAgeExceeded' : 'RetriesExhausted'
      o.log('lambda', `${work.functionArn} failed on event ${id} in every try: ${condition}`)
      const functionArn = `${work.functionArn}:$LATEST`
      const responseContext = { statusCode: 200, executedVersion: '$LATEST', functionError: 'Unhandled' }
      const record = {
        version: '1.0',
        timestamp: new Date().toISOString(),
        requestContext: { requestId: id, functionArn, condition, approximateInvokeCount: attempts },
        requestPayload: work.payload,
        ...(failure && { responseContext, responsePayload: failure }),
      }
      settingsOf(work).onFailure?.(JSON.stringify(record))
    },
    log: o.log,
  })

  return {
    configure(functionArn, properties, onFailure) {
      allowOnly(modelled, properties, 'EventInvokeConfig')
      const { MaximumRetryAttempts: retries = 2, MaximumEventAgeInSeconds: age = sixHours } = properties
      configured.set(functionArn, { retries: Number(retries), maxAgeMs: Number(age) * 1000, onFailure })
    },
    invokeAsync(functionArn, payload) {
      deliveries.add({ functionArn: o.lambda.find(functionArn).arn, payload })
    },
    close: deliveries.close,
  }
}
