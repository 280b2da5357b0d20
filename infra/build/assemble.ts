import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { readStage } from '../stages/read-stage.ts'
import { isUpToDate, recordedSources, recordOf, startBuild } from './build-record.ts'
import { buildOnce, bundle, isBundled } from './bundle.ts'
import { functionSources, root } from './functions.ts'

const bundles = 'dist'

/** The folder of a stage's cloud assembly. */
export const assemblyOf = (stage: string) => `cdk.out/${stage}`

/** The assembly of a local cloud. */
export interface Assembly {
  /** Folder of the cloud assembly. */
  readonly folder: string
  /**
   * Whether the template depends on this file, or on a file in this folder. The code of the functions does not count.
   */
  isSourceOfTemplate(path: string): boolean
  /**
   * Assembles again after sources were saved, and returns the folder. `fresh` loads the sources of the template again,
   * in a process of its own; otherwise only the code of the functions is current.
   */
  assembleAgain(o: { readonly fresh: boolean }): Promise<string>
  /** The names of the functions that were added after the start. */
  newFunctions(): readonly string[]
}

/**
 * Bundles the functions and synthesises the template, unless both are up to date: CDK takes longer to load than
 * everything else takes to start.
 */
export async function assemble(stageName: string): Promise<Assembly> {
  const stage = await readStage(stageName)
  const assembly = assemblyOf(stageName)
  const names = new Set(functionSources().map(({ name }) => name))
  const hasBundles = isBundled(bundles)
  const from = () => JSON.stringify([stage, recordOf(bundles)])
  if (!hasBundles || !isUpToDate(assembly, root, from())) {
    const started = startBuild(assembly, root)
    // Both run at the same time, because esbuild has a process of its own.
    const [{ synthesise }] = await Promise.all([
      import('./synthesise.ts'),
      hasBundles ? undefined : bundle(bundles),
    ])
    synthesise({ stage, bundles, outDir: assembly })
    started.remember(await sourcesOf('infra/build/synthesise.ts'), from())
  }
  const sources = new Set(recordedSources(assembly))
  return {
    folder: assembly,
    isSourceOfTemplate: (path) =>
      path.startsWith('infra/stack') ||
      path.startsWith('infra/stages') ||
      [...sources].some((file) => file === path || file.startsWith(`${path}/`)),
    assembleAgain: (options) => assembleAgain(stageName, options),
    newFunctions: () => functionSources().flatMap(({ name }) => (names.has(name) ? [] : [name])),
  }
}

// The result is not recorded: a process that is running may have loaded older sources of the template.
async function assembleAgain(stageName: string, { fresh }: { fresh: boolean }): Promise<string> {
  const assembly = assemblyOf(stageName)
  if (!isBundled(bundles)) await bundle(bundles)
  if (fresh) await synthesiseInProcess(stageName)
  else {
    const { synthesise } = await import('./synthesise.ts')
    synthesise({ stage: await readStage(stageName), bundles, outDir: assembly })
  }
  return assembly
}

const entry = fileURLToPath(new URL('synthesise-again.ts', import.meta.url))

/**
 * Synthesises with the current sources, in a process of its own. If that fails, throws the line of its output that
 * names the error.
 */
async function synthesiseInProcess(stageName: string): Promise<void> {
  const args = [...process.execArgv, entry, stageName, bundles, assemblyOf(stageName)]
  const child = spawn(process.execPath, args, {
    cwd: root,
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  const [code, signal] = await once(child, 'close')
  if (code !== 0) throw new Error(reasonIn(said) ?? `the template cannot be synthesised (${code ?? signal})`)
}

/** The line that names an uncaught error. */
function reasonIn(output: string): string | undefined {
  const lines = output.split('\n').map((line) => line.trim())
  return lines.find((line) => /^\w*Error\b.*: /.test(line)) ?? lines.find((line) => line !== '')
}

/** The files that a module consists of, packages apart. */
async function sourcesOf(entryPoint: string): Promise<string[]> {
  const { metafile } = await buildOnce({
    entryPoints: [entryPoint],
    absWorkingDir: root,
    packages: 'external',
    write: false,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'silent',
  })
  return Object.keys(metafile.inputs)
}
