/** Settings for every AWS client of a deployment. A setting that is missing has the default of the SDK. */
export interface AwsConfig {
  readonly region?: string
  readonly endpoint?: string
  readonly credentials?: { readonly accessKeyId: string; readonly secretAccessKey: string }
  readonly maxAttempts?: number
}

/** The name of an AWS error, such as `AccessDenied`; the class of any other error. */
export function errorName(error: unknown): string {
  return error instanceof Error ? error.name : typeof error
}

/** The reason of a failure in one line, with the kind of an AWS error. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const text = error.message.replace(/\s+/g, ' ').trim()
  return '$fault' in error ? `${error.name}: ${text}` : text
}
