import { AwsError } from '../../gateway/aws-service.ts'

/** The errors of S3 that are used in several places (S3 API reference, "List of error codes"). */
export const accessDenied = (message = 'Access Denied') => new AwsError('AccessDenied', message, 403)
export const invalidArgument = (message: string) => new AwsError('InvalidArgument', message)
export const incompleteBody = () =>
  new AwsError(
    'IncompleteBody',
    'You did not provide the number of bytes specified by the Content-Length HTTP header.',
  )
export const notModelled = (what: string) =>
  new AwsError('NotImplemented', `${what} is not modelled by the local cloud`, 501)

/** The refusal if a web page uses a link or form that the developer signed. */
export const notTheDeveloper =
  'A web page does not act as the developer: let a function sign the link or form'
/** The refusal of a link in Signature Version 2. */
export const oldSignature = () =>
  new AwsError(
    'InvalidRequest',
    'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256. ' +
      "In boto3: Config(signature_version='s3v4').",
  )

/** The errors for which S3 uses other names than the gateway and the faults. */
const words: Readonly<Record<string, AwsError>> = {
  ThrottlingException: new AwsError('SlowDown', 'Please reduce your request rate.', 503),
  TooManyRequestsException: new AwsError('SlowDown', 'Please reduce your request rate.', 503),
  InternalServerError: new AwsError(
    'InternalError',
    'We encountered an internal error. Please try again.',
    500,
  ),
  InternalFailure: new AwsError('InternalError', 'We encountered an internal error. Please try again.', 500),
}

/** Converts an error to the one that S3 uses. */
export function inWordsOfS3(error: AwsError): AwsError {
  if (error.code === 'AccessDeniedException') return accessDenied(error.message)
  if (error.code === 'UnknownOperationException') return new AwsError('NotImplemented', error.message, 501)
  return words[error.code] ?? error
}
