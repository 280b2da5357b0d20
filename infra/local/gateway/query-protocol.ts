import { randomUUID } from 'node:crypto'
import type { AwsError, AwsResponse } from './aws-service.ts'
import { element, escaped } from './xml.ts'

/** Returns an answer in the query protocol of AWS: XML in elements that are named after the operation. */
export function queryAnswer(
  namespace: string,
  operation: string,
  result: Readonly<Record<string, string>>,
): AwsResponse {
  const texts = Object.entries(result).map(([name, text]) => element(name, escaped(text)))
  const metadata = element('ResponseMetadata', element('RequestId', randomUUID()))
  const inside = element(`${operation}Result`, texts.join('')) + metadata
  const body = `<${operation}Response xmlns="${namespace}">${inside}</${operation}Response>`
  return { status: 200, headers: { 'content-type': 'text/xml' }, body }
}

/** Returns an error in the query protocol. */
export function queryError({ code, message, status }: AwsError): AwsResponse {
  const type = element('Type', status < 500 ? 'Sender' : 'Receiver')
  const error = element('Error', type + element('Code', code) + element('Message', escaped(message)))
  const body = element('ErrorResponse', error + element('RequestId', randomUUID()))
  return { status, headers: { 'content-type': 'text/xml' }, body }
}
