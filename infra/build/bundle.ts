import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type BuildOptions, type BuildResult, build, stop } from 'esbuild'
import { isUpToDate, startBuild } from './build-record.ts'
import { type FunctionSource, functionSources, root } from './functions.ts'

/**
 * The credential providers that the SDK loads when the environment contains no credentials. A function's environment
 * always contains some, so these providers, a quarter of a bundle, are never used.
 */
const otherCredentials = [
  ...['ini', 'sso', 'process', 'web-identity', 'login', 'http'].map(
    (source) => `@aws-sdk/credential-provider-${source}`,
  ),
  '@smithy/credential-provider-imds',
]

/**
 * These settings make the bundle that starts fastest: ES modules throughout, so that code that nobody calls is left
 * out.
 */
export const settings = {
  absWorkingDir: root,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  format: 'esm',
  platform: 'node',
  // The oldest Node that the local cloud runs on.
  target: 'node20.19',
  mainFields: ['module', 'main'],
  external: otherCredentials,
  minify: true,
  legalComments: 'none',
  sourcemap: true,
  sourcesContent: false,
  logLevel: 'silent',
} as const satisfies BuildOptions

export interface Bundle {
  /** Contains `index.mjs`, which exports `handler`, and its source map. */
  readonly folder: string
  /** Size of `index.mjs`, which is what a function loads when it starts. */
  readonly bytes: number
}

/** The bundles, by the name of the function. */
export type Bundles = Readonly<Record<string, Bundle>>

/** The modules that run on this machine. */
const installedHere = join(root, 'node_modules')

/**
 * Bundles every handler, the SDK included, to `<outDir>/<function>/index.mjs`. Modules that contain machine code are
 * copied from `modules`: those of this machine, unless told otherwise. The bundle of a function that no longer exists
 * is removed. Throws the errors that esbuild finds.
 */
export async function bundle(outDir: string, modules = installedHere): Promise<Bundles> {
  const folder = resolve(outDir)
  const sources = functionSources()
  for (const { name } of sources) mkdirSync(join(folder, name), { recursive: true })
  const started = startBuild(folder, root)
  removeOthers(folder, sources)
  const { metafile } = await buildOnce({
    ...settings,
    external: [...settings.external, ...sources.flatMap(({ native }) => native)],
    entryPoints: sources.map(({ name, entry }) => ({ in: entry, out: `${name}/index` })),
    outdir: folder,
  })
  for (const { name, native } of sources)
    for (const module of native) copyModule(module, modules, join(folder, name))
  started.remember(Object.keys(metafile.inputs), listOf(sources))
  const sizes = new Map(Object.values(metafile.outputs).map(({ entryPoint, bytes }) => [entryPoint, bytes]))
  return Object.fromEntries(
    sources.map(({ name, entry }) => [name, { folder: join(folder, name), bytes: sizes.get(entry) ?? 0 }]),
  )
}

/**
 * Builds, and then ends the process of esbuild, which keeps hundreds of megabytes. Another process starts with the
 * next build.
 */
export async function buildOnce(
  options: BuildOptions,
): Promise<BuildResult<BuildOptions & { readonly metafile: true }>> {
  try {
    return await build({ ...options, metafile: true })
  } finally {
    await stop()
  }
}

/** Removes the bundles of functions that no longer exist, so that no template can contain them. */
function removeOthers(folder: string, sources: readonly FunctionSource[]): void {
  const names = new Set(sources.map(({ name }) => name))
  for (const name of readdirSync(folder)) {
    if (names.has(name) || !existsSync(join(folder, name, 'index.mjs'))) continue
    rmSync(join(folder, name), { recursive: true })
  }
}

/** Whether a folder contains the bundles of all functions, built from their current sources. */
export function isBundled(outDir: string): boolean {
  return isUpToDate(outDir, root, listOf(functionSources()))
}

/** The list of functions as text. The record contains it, so that a new function counts as a change. */
function listOf(sources: readonly FunctionSource[]): string {
  return JSON.stringify(sources)
}

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

/** Copies a module and its dependencies from a folder of modules to the folder of a bundle. */
function copyModule(name: string, modules: string, folder: string, copied = new Set<string>()): void {
  const installed = join(modules, name)
  // Of the optional dependencies, only those for one machine are installed.
  if (copied.has(name) || !existsSync(installed)) return
  copied.add(name)
  cpSync(installed, join(folder, 'node_modules', name), { recursive: true })
  // npm validated it.
  const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as Manifest
  for (const other of Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }))
    copyModule(other, modules, folder, copied)
}
