import { fieldsOf, type Template } from '../../infra/local/index.ts'
import type { FunctionKind } from '../../infra/stack/parts/measurement.ts'

/** A function of the template, by its logical id without the digest that CDK adds. */
export interface Subject {
  readonly id: string
  /** Its logical id in the template. */
  readonly logicalId: string
  readonly kind: FunctionKind
  /** The largest batch that its mapping delivers; 1 without a mapping. */
  readonly batch: number
}

/** The functions that decode pictures. */
const pictures: readonly string[] = ['UploadPictures']

/** The functions of a template. People wait for those behind a route and for the triggers of the user pool. */
export function subjectsOf({ ofType }: Template): readonly Subject[] {
  const texts = (type: string, property: string) =>
    ofType(type).map(({ properties }) => ({ properties, text: JSON.stringify(properties[property] ?? '') }))
  const waitedFor = [
    ...texts('AWS::ApiGatewayV2::Integration', 'IntegrationUri'),
    ...texts('AWS::Cognito::UserPool', 'LambdaConfig'),
  ]
  const mappings = texts('AWS::Lambda::EventSourceMapping', 'FunctionName')
  return ofType('AWS::Lambda::Function').map(({ logicalId }) => {
    const id = withoutDigest(logicalId)
    const aliases = ofType('AWS::Lambda::Alias').filter(
      ({ properties }) => fieldsOf(properties['FunctionName'])['Ref'] === logicalId,
    )
    const names = ({ text }: { readonly text: string }) =>
      aliases.some((alias) => text.includes(`"${alias.logicalId}"`))
    const sizes = mappings.filter(names).map(({ properties }) => Number(properties['BatchSize'] ?? 1))
    const kind = pictures.includes(id) ? 'picture' : waitedFor.some(names) ? 'api' : 'batch'
    return { id, logicalId, kind, batch: Math.max(1, ...sizes) }
  })
}

function withoutDigest(logicalId: string): string {
  return logicalId.replace(/[0-9A-F]{8}$/, '')
}
