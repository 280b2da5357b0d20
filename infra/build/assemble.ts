import { build } from 'esbuild'
import { isUpToDate, recordOf, startBuild } from './build-record.ts'
import { bundle, isBundled } from './bundle.ts'
import { root } from './functions.ts'
import { settings } from './settings.ts'

const bundles = 'dist'
const assembly = 'cdk.out'

/**
 * Bundles the functions and synthesises the template, unless both are up to date: CDK takes longer to load than
 * everything else takes to start. Returns the folder of the cloud assembly.
 */
export async function assemble(): Promise<string> {
  const chosen = settings()
  const hasBundles = isBundled(bundles)
  const from = () => JSON.stringify([chosen, recordOf(bundles)])
  if (hasBundles && isUpToDate(assembly, root, from())) return assembly
  const started = startBuild(assembly, root)
  // Side by side: esbuild has a process of its own.
  const [{ synthesise }] = await Promise.all([
    import('./synthesise.ts'),
    hasBundles ? undefined : bundle(bundles),
  ])
  synthesise({ ...chosen, bundles, outDir: assembly })
  started.remember(await sourcesOf('infra/build/synthesise.ts'), from())
  return assembly
}

/**
 * Assembles again for a local cloud that is already running. The sources of the template were loaded when this process
 * assembled first, so the result is not recorded.
 */
export async function assembleAgain(): Promise<string> {
  const { synthesise } = await import('./synthesise.ts')
  if (!isBundled(bundles)) await bundle(bundles)
  synthesise({ ...settings(), bundles, outDir: assembly })
  return assembly
}

/** The files that a module consists of, packages apart. */
async function sourcesOf(entry: string): Promise<string[]> {
  const { metafile } = await build({
    entryPoints: [entry],
    absWorkingDir: root,
    packages: 'external',
    metafile: true,
    write: false,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'silent',
  })
  return Object.keys(metafile.inputs)
}
