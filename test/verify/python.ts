import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { assemblyOf } from '../../infra/build/assemble.ts'
import { readTemplate } from '../../infra/local/index.ts'
import { startBackend } from '../demo/backend.ts'
import { readConfig } from '../kit/people/person.ts'
import { pythonWith } from './python-packages.ts'
import type { Shell } from './shell.ts'

const root = join(import.meta.dirname, '../..')
const scripts = join(import.meta.dirname, 'python')
const requirements = join(scripts, 'requirements.txt')

/**
 * Checks the local cloud with clients in Python: boto3 lists and describes everything that the template declares, and a
 * client that is generated from the OpenAPI document sends a query.
 *
 * @throws Skipped if there is no Python of 3.10 or later, or no package index can be reached.
 */
export async function checkPythonClients(shell: Shell): Promise<void> {
  const programs = await pythonWith(pinnedIn(requirements), { shell, root })
  const python = join(programs, 'python')
  const backend = await startBackend()
  try {
    const { awsEndpoint, region } = await readConfig(backend.apiUrl)
    const types = readTemplate(join(root, assemblyOf('dev'))).resources.map(({ type }) => type)
    const run = (script: string, ...args: readonly string[]) =>
      shell.run(python, ['-B', join(scripts, script), ...args], { folder: root })
    await run('aws_clients.py', awsEndpoint, region, JSON.stringify(types))
    await run('generated_client.py', backend.apiUrl, awsEndpoint, shell.temporaryFolder())
  } finally {
    await backend.close()
  }
}

/** The packages that a file of requirements pins. */
function pinnedIn(file: string): string[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
}
