import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { startBackend } from '../demo/backend.ts'
import { npm, type Shell } from './shell.ts'

/**
 * The packages that check the OpenAPI document. They are not dependencies of the repository: openapi-typescript needs
 * the programming interface of TypeScript 5, and the linter alone takes 15 MB.
 */
const packages = {
  '@redocly/cli': '2.77.0',
  '@types/node': '20.19.43',
  'openapi-fetch': '0.17.0',
  'openapi-typescript': '7.13.0',
  typescript: '5.9.3',
}

/** A program that sends one query, with the generated types. */
const program = `import createClient from 'openapi-fetch'
import type { components, paths } from './api'

async function ask(): Promise<components['schemas']['Health']> {
  const client = createClient<paths>({ baseUrl: process.env['API_URL'] ?? '' })
  const { data, error } = await client.GET('/health')
  if (data === undefined) throw new Error(JSON.stringify(error))
  return data
}

ask().then((health) => console.log(health))
`

const compilerOptions = {
  strict: true,
  target: 'es2022',
  module: 'nodenext',
  types: ['node'],
  outDir: 'out',
}

/**
 * Checks the OpenAPI document of a local cloud in two ways. The linter applies its recommended rules. A client in
 * TypeScript compiles with the types that are generated from the document, and gets an answer to a query.
 */
export async function checkOpenApi(shell: Shell, root: string): Promise<void> {
  const folder = join(root, 'node_modules/.cache/verify/openapi')
  await install(shell, folder)
  const run = (tool: string, args: readonly string[], env: Record<string, string> = {}) =>
    shell.run(process.execPath, [join(folder, 'node_modules', tool), ...args], { folder, env })
  const backend = await startBackend()
  try {
    const document = await fetch(`${backend.apiUrl}/openapi.json`)
    writeFileSync(join(folder, 'openapi.json'), await document.text())
    writeFileSync(join(folder, 'query.ts'), program)
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['query.ts'] }))
    const quietly = { REDOCLY_TELEMETRY: 'off', REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true' }
    await run('@redocly/cli/bin/cli.js', ['lint', 'openapi.json', '--extends=recommended'], quietly)
    await run('openapi-typescript/bin/cli.js', ['openapi.json', '-o', 'api.d.ts'])
    await run('typescript/bin/tsc', ['-p', '.'])
    await shell.run(process.execPath, ['out/query.js'], { folder, env: { API_URL: backend.apiUrl } })
  } finally {
    await backend.close()
  }
}

/** Installs the packages, unless these versions are installed. */
async function install(shell: Shell, folder: string): Promise<void> {
  const complete = join(folder, `complete-${Object.values(packages).join('-')}`)
  if (existsSync(complete)) return
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ private: true, type: 'commonjs', dependencies: packages }),
  )
  await shell.run(npm, ['install', '--ignore-scripts', '--no-audit', '--no-fund'], { folder })
  writeFileSync(complete, '')
}
