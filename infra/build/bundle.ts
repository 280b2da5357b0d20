import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type BuildOptions, build } from 'esbuild'
import { beginMaking } from './build-record.ts'

/** The functions and their handlers' modules, from the root of the repository. */
const entries = {
  'command-api': 'commands/functions/command-api.ts',
  'upload-api': 'commands/functions/upload-api.ts',
  'query-api': 'projections/functions/query-api.ts',
  registration: 'commands/functions/registration.ts',
  projector: 'projections/functions/projector.ts',
  forwarder: 'projections/functions/forwarder.ts',
  'projector-redrive': 'projections/functions/projector-redrive.ts',
  'forwarder-redrive': 'projections/functions/forwarder-redrive.ts',
  'welcome-email': 'workflows/functions/welcome-email.ts',
  'project-created-email': 'workflows/functions/project-created-email.ts',
  'upload-completed-email': 'workflows/functions/upload-completed-email.ts',
  'upload-not-taken-email': 'workflows/functions/upload-not-taken-email.ts',
  'upload-steps': 'workflows/functions/upload-steps.ts',
  'upload-pictures': 'workflows/functions/upload-pictures.ts',
  'expire-uploads': 'workflows/functions/expire-uploads.ts',
  'delete-sign-in': 'workflows/functions/delete-sign-in.ts',
  'invoice-email': 'workflows/functions/invoice-email.ts',
  'end-subscription': 'workflows/functions/end-subscription.ts',
  'issue-invoices': 'workflows/functions/issue-invoices.ts',
} as const

export type FunctionName = keyof typeof entries

export const functionNames = Object.keys(entries) as readonly FunctionName[] // what the object above has

/** Folder of the repository. */
export const root = join(import.meta.dirname, '../..')

/** What runs as machine code, and lies beside the bundle of the one function that needs it. */
const native = { of: 'upload-pictures', module: 'sharp' } as const

/**
 * The sources of credentials that the SDK loads when the environment holds none. A function's always does, so
 * that these, a quarter of a bundle, are never asked for.
 */
const otherCredentials = [
  ...['ini', 'sso', 'process', 'web-identity', 'login', 'http'].map(
    (source) => `@aws-sdk/credential-provider-${source}`,
  ),
  '@smithy/credential-provider-imds',
]

/**
 * These settings make the bundle that starts fastest: ES modules throughout, so that what nobody calls is left out.
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
  external: [...otherCredentials, native.module],
  minify: true,
  legalComments: 'none',
  sourcemap: true,
  sourcesContent: false,
  logLevel: 'silent',
} as const satisfies BuildOptions

export interface Bundle {
  /** Holds `index.mjs`, which exports `handler`, and its source map. */
  readonly folder: string
  /** Size of `index.mjs`, which is what a function loads when it starts. */
  readonly bytes: number
}

export type Bundles = Readonly<Record<FunctionName, Bundle>>

/** Where the modules are installed that run on this machine. */
const installedHere = join(root, 'node_modules')

/**
 * Bundles every handler, the SDK included, to `<outDir>/<function>/index.mjs`. What runs as machine code comes from
 * `modules`: of this machine, unless told otherwise. Throws what esbuild finds.
 */
export async function bundle(outDir: string, modules = installedHere): Promise<Bundles> {
  const folder = resolve(outDir)
  const folderOf = (name: FunctionName) => join(folder, name)
  for (const name of functionNames) mkdirSync(folderOf(name), { recursive: true })
  const making = beginMaking(folder, root)
  const { metafile } = await build({
    ...settings,
    entryPoints: functionNames.map((name) => ({ in: entries[name], out: `${name}/index` })),
    outdir: folder,
    metafile: true,
  })
  copyModule(native.module, modules, folderOf(native.of))
  making.remember(Object.keys(metafile.inputs))
  const sizes = new Map(Object.values(metafile.outputs).map(({ entryPoint, bytes }) => [entryPoint, bytes]))
  const bundles = functionNames.map((name) => {
    return [name, { folder: folderOf(name), bytes: sizes.get(entries[name]) ?? 0 }]
  })
  // One for each of the names.
  return Object.fromEntries(bundles) as Bundles
}

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

/** Puts a module beside a bundle, with all that it needs, out of a folder of modules. */
function copyModule(name: string, modules: string, folder: string, copied = new Set<string>()): void {
  const installed = join(modules, name)
  // Of the optional ones only those for one machine are installed.
  if (copied.has(name) || !existsSync(installed)) return
  copied.add(name)
  cpSync(installed, join(folder, 'node_modules', name), { recursive: true })
  // npm has read it.
  const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as Manifest
  for (const other of Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies }))
    copyModule(other, modules, folder, copied)
}
