/**
 * Resource types that the local cloud leaves out. The rest of the template runs without them; a call to one of them is
 * refused by name. A type belongs here if most of a backend works without it. Any other type that no provider models
 * stops the start.
 */
export const leftOut: readonly string[] = [
  'AWS::ApiGatewayV2::DomainName',
  'AWS::ApiGatewayV2::ApiMapping',
  'AWS::Budgets::Budget',
  'AWS::CertificateManager::Certificate',
  'AWS::CloudFront::Distribution',
  'AWS::CloudWatch::Dashboard',
  'AWS::Cognito::UserPoolResourceServer',
  'AWS::Events::ApiDestination',
  'AWS::Events::Archive',
  'AWS::Events::Connection',
  'AWS::KMS::Alias',
  'AWS::KMS::Key',
  'AWS::Lambda::Url',
  'AWS::Logs::QueryDefinition',
  'AWS::Route53::RecordSet',
  'AWS::SNS::Subscription',
  'AWS::SNS::Topic',
  'AWS::SNS::TopicPolicy',
  'AWS::SSM::Parameter',
  'AWS::WAFv2::WebACL',
  'AWS::XRay::SamplingRule',
]

/** The value of `Ref` and of every attribute of a resource that is left out. It names the resource. */
export function leftOutName(region: string, account: string, logicalId: string): string {
  return `arn:aws:left-out:${region}:${account}:${logicalId}`
}
