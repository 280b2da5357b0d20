import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { bundle } from '../build/bundle.ts'
import type { ResourceMapping } from './steps/adopt.ts'

/** The tools that build a deployment and hand it to CloudFormation. */
export interface Tools {
  /** Installs the tools of a deployment, and bundles the functions for Lambda. */
  prepare(): Promise<void>
  /** Writes the templates. Tables and pool refuse to be deleted only if `isProtected`. */
  synthesise(isProtected: boolean): Promise<void>
  /** Creates or updates one stack. Returns whether that succeeded. */
  deployStack(name: string): Promise<boolean>
  /** Lets a stack take over resources that exist. Returns whether that succeeded. */
  importInto(name: string, mapping: ResourceMapping): Promise<boolean>
}

/** This folder has a lock file of its own: nothing else installs the tools that only a deployment needs. */
const installed = import.meta.dirname
/** The machine that functions run on (`infra/stack/parts/lambda-function.ts`). */
const lambda = ['--os=linux', '--cpu=arm64', '--libc=glibc']
/** Apart from the bundles of `npm start`, which are for this machine. */
export const bundles = join('dist', 'lambda')

/** The tools of this checkout, on the folder of an assembly. `synthesise` writes it, and loads CDK. */
export function openTools(assembly: string, synthesise: Tools['synthesise']): Tools {
  const cdk = (...args: readonly string[]) =>
    run(process.execPath, [
      join(installed, 'node_modules', 'aws-cdk', 'bin', 'cdk'),
      ...args,
      '--app',
      assembly,
      '--progress',
      'events',
    ])
  return {
    async prepare() {
      if (!run('npm', ['ci', ...lambda, '--no-audit', '--no-fund'], installed))
        throw new Error('the tools of a deployment cannot be installed: see the lines above')
      await bundle(bundles, join(installed, 'node_modules'))
    },
    synthesise,
    deployStack: async (name) => cdk('deploy', name, '--exclusively', '--require-approval', 'never'),
    async importInto(name, mapping) {
      const file = join(assembly, 'adopt.json')
      writeFileSync(file, JSON.stringify(mapping, undefined, 2))
      // Without it, CDK refuses a stack that gets other resources afterwards.
      return cdk('import', name, '--resource-mapping', file, '--force')
    },
  }
}

/** Runs a program on this terminal. Returns whether it succeeded; throws if it cannot start. */
function run(program: string, args: readonly string[], cwd?: string): boolean {
  const { status, error } = spawnSync(program, args, { stdio: 'inherit', cwd })
  if (error) throw error
  return status === 0
}
