import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { assemblyOf } from '../build/assemble.ts'
import { bundle } from '../build/bundle.ts'
import { synthesise } from '../build/synthesise.ts'
import { readStage } from '../stages/read-stage.ts'
import { stackNames, stageName } from '../stages/stage-name.ts'

/** This folder has a lock file of its own: nothing else installs the tools that only a deployment needs. */
const tools = import.meta.dirname
/** The machine that functions run on (`infra/stack/parts/lambda-function.ts`). */
const lambda = ['--os=linux', '--cpu=arm64', '--libc=glibc']

/**
 * `npm run deploy`: installs the modules with machine code for Lambda, bundles the functions with them, synthesises the
 * stack and passes it to the CDK command line, with the options that follow `--`, such as `--profile` or
 * `--require-approval`.
 */
async function deploy(args: readonly string[]): Promise<void> {
  const stage = await readStage(stageName(undefined))
  run('npm', ['ci', ...lambda, '--no-audit', '--no-fund'], tools)
  // Apart from the bundles of `npm start`, which are for this machine.
  const bundles = join('dist', 'lambda')
  await bundle(bundles, join(tools, 'node_modules'))
  const outDir = assemblyOf(stage.name)
  synthesise({ stage, bundles, outDir })
  const cdk = join(tools, 'node_modules', 'aws-cdk', 'bin', 'cdk')
  run(process.execPath, [cdk, 'deploy', ...Object.values(stackNames(stage.name)), '--app', outDir, ...args])
}

/** Runs a program on this terminal. Throws if it cannot start; if it fails, this process exits with the same status. */
function run(program: string, args: readonly string[], cwd?: string): void {
  const { status, error } = spawnSync(program, args, { stdio: 'inherit', cwd })
  if (error) throw error
  if (status !== 0) process.exit(status ?? 1)
}

deploy(process.argv.slice(2)).catch((error: unknown) => {
  console.error(`annals cannot be deployed: ${error instanceof Error ? error.message : String(error)}`)
  process.exit(1)
})
