import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { bundle } from '../build/bundle.ts'
import { settings } from '../build/settings.ts'
import { synthesise } from '../build/synthesise.ts'

/** Has a lock file of its own: what only a deployment needs is installed by nothing else. */
const tools = import.meta.dirname
/** The machine that functions run on (`infra/stack/parts/lambda-function.ts`). */
const lambda = ['--os=linux', '--cpu=arm64', '--libc=glibc']

/**
 * `npm run deploy`: installs what runs on Lambda as machine code, bundles the functions with it, synthesises the stack
 * and hands it to the CDK command line with whatever options follow `--`, such as `--profile` or `--require-approval`.
 */
async function deploy(args: readonly string[]): Promise<void> {
  if (!process.env['MAIL_FROM'])
    throw new Error(
      'MAIL_FROM is missing: say what address mail comes from, as in MAIL_FROM=you@example.com npm run deploy',
    )
  const chosen = settings()
  run('npm', ['ci', ...lambda, '--no-audit', '--no-fund'], tools)
  // Not where `npm start` has its own, which are for this machine.
  const bundles = join('dist', 'lambda')
  await bundle(bundles, join(tools, 'node_modules'))
  synthesise({ bundles, outDir: 'cdk.out', ...chosen })
  const cdk = join(tools, 'node_modules', 'aws-cdk', 'bin', 'cdk')
  run(process.execPath, [cdk, 'deploy', 'Annals', '--app', 'cdk.out', ...args])
}

/** Runs a program on this terminal. Throws where it cannot be run; ends this process as it ended, where that was no success. */
function run(program: string, args: readonly string[], cwd?: string): void {
  const { status, error } = spawnSync(program, args, { stdio: 'inherit', cwd })
  if (error) throw error
  if (status !== 0) process.exit(status ?? 1)
}

deploy(process.argv.slice(2)).catch((error: unknown) => {
  console.error(`annals cannot be deployed: ${error instanceof Error ? error.message : String(error)}`)
  process.exit(1)
})
