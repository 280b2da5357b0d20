import { build } from 'esbuild'
import { beginMaking, isMade, madeOf } from './build-record.ts'
import { bundle, root } from './bundle.ts'
import { settings } from './settings.ts'

const bundles = 'dist'
const assembly = 'cdk.out'

/**
 * Bundles the functions and synthesises the template, as far as what is there was not made of the very same: CDK takes
 * longer to load than everything else to start. Returns the folder of the cloud assembly.
 */
export async function assemble(): Promise<string> {
  const chosen = settings()
  const isBundled = isMade(bundles, root)
  const from = () => JSON.stringify([chosen, madeOf(bundles)])
  if (isBundled && isMade(assembly, root, from())) return assembly
  const making = beginMaking(assembly, root)
  // Side by side: esbuild has a process of its own.
  const [{ synthesise }] = await Promise.all([
    import('./synthesise.ts'),
    isBundled ? undefined : bundle(bundles),
  ])
  synthesise({ ...chosen, bundles, outDir: assembly })
  making.remember(await sourcesOf('infra/build/synthesise.ts'), from())
  return assembly
}

/**
 * The same of what has changed since, for what runs already. What the template is made of was loaded when this
 * process assembled it first, so what comes of it is not remembered.
 */
export async function assembleAgain(): Promise<string> {
  const { synthesise } = await import('./synthesise.ts')
  if (!isMade(bundles, root)) await bundle(bundles)
  synthesise({ ...settings(), bundles, outDir: assembly })
  return assembly
}

/** The files that a module is made of, packages apart. */
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
