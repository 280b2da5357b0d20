/** Maximum time to open a connection, in milliseconds. */
const connectionTimeout = 1000

/** Settings of an SDK client without a time limit for calls. The caller limits each call. */
export const connectInTime = { requestHandler: { connectionTimeout } }

/** Settings of an SDK client that retries if no answer arrives within this number of milliseconds. */
export function answerWithin(requestTimeout: number) {
  return { requestHandler: { connectionTimeout, requestTimeout, throwOnRequestTimeout: true } }
}
