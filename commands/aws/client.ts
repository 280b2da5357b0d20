/** Maximum time to open a connection, in milliseconds. */
const connectionTimeout = 1000

/** Settings of an SDK client whose calls take as long as their caller lets them. */
export const connectInTime = { requestHandler: { connectionTimeout } }

/** Settings of an SDK client that gives up an attempt, and tries again, after some milliseconds without an answer. */
export function answerWithin(requestTimeout: number) {
  return { requestHandler: { connectionTimeout, requestTimeout, throwOnRequestTimeout: true } }
}
