import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { copyRepository } from '../kit/repository-copy.ts'
import { lintTemplates } from './cfn-lint.ts'
import { checkOpenApi } from './openapi.ts'
import { checkPythonClients } from './python.ts'
import { npm, type Shell } from './shell.ts'

const root = join(import.meta.dirname, '../..')
const vitest = join(root, 'node_modules/vitest/vitest.mjs')
const tsx = join(root, 'node_modules/tsx/dist/cli.mjs')

/** A step of `npm run verify`. It fails if `run` throws, and is skipped if that is `Skipped`. */
export interface Step {
  readonly name: string
  run(shell: Shell): Promise<void>
}

/** The operands of `npm run new`, in order. A generated schedule waits for its owner's test before its grants count as used. */
const generated = [
  ['aggregate', 'parking-permit'],
  ['event', 'parking-permit', 'printed', '--public'],
  ['command', 'parking-permit', 'print', '--emits', 'ParkingPermitPrinted'],
  ['command', 'parking-permit', 'revoke', '--emits', 'revoked'],
  ['query', 'parking-permit', 'summary'],
  ['reaction', 'parking-permit-email', '--on', 'ParkingPermitCreated', '--mail'],
  ['query', 'parking-permit', 'label', '--fields', 'name'],
  ['reaction', 'open-barrier', '--on', 'ParkingPermitPrinted'],
  ['version', 'parking-permits'],
] as const

export const steps: readonly Step[] = [
  { name: 'npm test', run: (shell) => shell.run(npm, ['test'], { folder: root }) },
  {
    name: '10,000 schedules of each whole backend',
    run: (shell) =>
      shell.run(process.execPath, [vitest, 'run', 'simulation.test.ts'], {
        folder: root,
        env: { SCHEDULES: '10000' },
      }),
  },
  {
    name: 'cfn-lint',
    run: async (shell) => {
      const folder = shell.temporaryFolder()
      const synth = [tsx, join(root, 'infra/cli/synth.ts'), '--stage']
      for (const stage of ['dev', 'prod']) await shell.run(process.execPath, [...synth, stage], { folder })
      await lintTemplates(templatesIn(folder), { shell, root, folder })
    },
  },
  { name: 'mutants', run: (shell) => shell.run(npm, ['run', 'mutants'], { folder: root }) },
  {
    name: 'a generated aggregate with one part of each kind, in a copy',
    run: async (shell) => {
      const folder = copyInto(shell.temporaryFolder())
      for (const part of generated) await shell.run(npm, ['run', 'new', '--', ...part], { folder })
      await shell.run(npm, ['test'], { folder })
    },
  },
  {
    name: 'without the sample, in a copy',
    run: async (shell) => {
      const folder = copyInto(shell.temporaryFolder())
      await shell.run(npm, ['run', 'new', '--', '--remove', 'project', 'upload'], { folder })
      await shell.run(npm, ['test'], { folder })
    },
  },
  { name: 'the OpenAPI document, and a client in TypeScript', run: (shell) => checkOpenApi(shell, root) },
  { name: 'clients in Python', run: checkPythonClients },
  {
    name: 'the suite on Node 24',
    run: async (shell) => {
      const node = await node24(shell)
      // Tests that start npm or node must find this version.
      const path = [dirname(node), process.env['PATH']].join(delimiter)
      await shell.run(node, [vitest, 'run'], { folder: root, env: { PATH: path } })
    },
  },
]

/** The templates in a folder and in its folders. */
function templatesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.template.json'))
    .map((file) => join(folder, file))
}

/** Copies the files of the repository, and links to the installed packages. */
function copyInto(folder: string): string {
  copyRepository(folder)
  return folder
}

/**
 * The path of Node 24: this process's own, the one that `NODE_24` names, or one that is installed into a
 * temporary folder.
 */
async function node24(shell: Shell): Promise<string> {
  if (process.versions.node.startsWith('24.')) return process.execPath
  const given = process.env['NODE_24']
  if (given) return given
  const name = `node-${process.platform}-${process.arch}`
  const folder = shell.temporaryFolder()
  writeFileSync(join(folder, 'package.json'), '{ "private": true }')
  await shell.run(npm, ['install', '--ignore-scripts', '--no-audit', '--no-fund', `${name}@24`], { folder })
  const node = join(folder, 'node_modules', name, 'bin/node')
  if (!existsSync(node)) throw new Error(`${name}@24 contains no Node: set NODE_24 to the path of one.`)
  return node
}
