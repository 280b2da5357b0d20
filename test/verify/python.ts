import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { assemblyOf } from '../../infra/build/assemble.ts'
import { readTemplate } from '../../infra/local/index.ts'
import { startBackend } from '../demo/backend.ts'
import { readConfig } from '../kit/people/person.ts'
import type { Shell } from './shell.ts'
import { Skipped } from './skipped.ts'
import { isUnreachable } from './unreachable.ts'

const root = join(import.meta.dirname, '../..')
const scripts = join(import.meta.dirname, 'python')
const requirements = join(scripts, 'requirements.txt')
const isWindows = process.platform === 'win32'

/**
 * Checks the local cloud with clients in Python: boto3 lists and describes everything that the template declares, and
 * a client that is generated from the OpenAPI document asks a question.
 *
 * @throws Skipped if there is no Python of 3.10 or later, or no package index can be reached.
 */
export async function checkPythonClients(shell: Shell): Promise<void> {
  const python = await openEnvironment(shell)
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

/** The Python of a virtual environment with the pinned packages, which is kept from one run to the next. */
async function openEnvironment(shell: Shell): Promise<string> {
  const name = isWindows ? 'python' : 'python3'
  const tooOld = 'import sys; sys.exit(sys.version_info < (3, 10))'
  if ((await shell.try(name, ['-c', tooOld], { folder: root })) !== undefined)
    throw new Skipped('there is no Python of version 3.10 or later')
  const digest = createHash('sha256').update(readFileSync(requirements)).digest('hex').slice(0, 12)
  const folder = join(root, 'node_modules/.cache/verify', `python-${digest}`)
  const python = join(folder, isWindows ? 'Scripts/python.exe' : 'bin/python')
  const complete = join(folder, 'complete')
  if (existsSync(complete)) return python
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  await shell.run(name, ['-m', 'venv', folder], { folder: root })
  const install = ['-m', 'pip', 'install', '--disable-pip-version-check', '-r', requirements]
  const failure = await shell.try(python, install, { folder: root })
  if (failure !== undefined && isUnreachable(failure))
    throw new Skipped('the package index cannot be reached')
  if (failure !== undefined) throw new Error(`pip could not install ${requirements}:\n${failure}`)
  writeFileSync(complete, '')
  return python
}
