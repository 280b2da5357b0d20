import { hash } from 'node:crypto'
import { join } from 'node:path'
import type { ServiceProvider } from '../../cloud/provider.ts'
import { account, nameFrom } from '../../cloud/resource-names.ts'
import { secretsManagerOperations } from './operations.ts'
import { openSecretFile } from './secret-file.ts'
import { adviceOf, currentValueOf, openSecretsManager, type Secret } from './service.ts'
import { readSecret } from './template.ts'

const secretType = 'AWS::SecretsManager::Secret'

export const secretsManager: ServiceProvider = {
  service: 'Secrets Manager',
  resources: {
    [secretType]: {
      modelled:
        'A secret of one version. Its value is in `secrets.json` in the data folder, by the logical id; the template can give or generate the first one.',
      names(secret) {
        const name = nameFrom(secret.properties['Name'], secret)
        const arn = arnOf(secret.region, name)
        return { Ref: arn, Id: arn, Name: name }
      },
    },
  },
  operations: secretsManagerOperations,
  open(context) {
    const file = openSecretFile(join(context.options.dataDir, 'secrets.json'))
    const secrets = context.resourcesOf(secretType).map(
      ({ logicalId, properties }): Secret => ({
        logicalId,
        arn: context.nameOf(logicalId),
        name: context.nameOf(logicalId, 'Name'),
        ...readSecret(logicalId, properties),
      }),
    )
    context.serve(openSecretsManager(secrets, file))
    for (const secret of secrets) {
      if (currentValueOf(secret, file) === undefined)
        context.options.log(secret.logicalId, `has no value. ${adviceOf(secret.logicalId, file.path)}`)
    }
  },
}

/** AWS ends the ARN of a secret with a hyphen and six random characters. Here they follow from the name. */
function arnOf(region: string, name: string): string {
  const end = hash('sha256', name, 'hex').slice(0, 6)
  return `arn:aws:secretsmanager:${region}:${account}:secret:${name}-${end}`
}
