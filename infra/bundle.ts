import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { build } from 'esbuild'
import { type SourceMap, withoutSources } from './source-map.ts'

/** The functions and their handlers' modules, from the root of the repository. */
const entries = {
  'command-api': 'commands/command-api.ts',
  'query-api': 'projections/query-api.ts',
  projector: 'projections/projector.ts',
} as const

export type FunctionName = keyof typeof entries

export const functionNames = Object.keys(entries) as readonly FunctionName[] // what the object above has

export interface Bundle {
  /** Holds `index.mjs`, which exports `handler`, and its source map. */
  readonly folder: string
  /** Size of `index.mjs`, which is what a function loads when it starts. */
  readonly bytes: number
}

export type Bundles = Readonly<Record<FunctionName, Bundle>>

/**
 * Bundles every handler, the SDK included, to `<outDir>/<function>/index.mjs`. These settings make the bundle
 * that starts fastest: ES modules throughout, so that what nobody calls is left out. Throws what esbuild finds.
 */
export async function bundle(outDir: string): Promise<Bundles> {
  const folder = resolve(outDir)
  const folderOf = (name: FunctionName) => join(folder, name)
  for (const name of functionNames) mkdirSync(folderOf(name), { recursive: true })
  const { metafile } = await build({
    absWorkingDir: join(import.meta.dirname, '..'),
    entryPoints: functionNames.map((name) => ({ in: entries[name], out: `${name}/index` })),
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    format: 'esm',
    platform: 'node',
    // The oldest Node that the local stage runs on.
    target: 'node20.19',
    mainFields: ['module', 'main'],
    minify: true,
    legalComments: 'none',
    sourcemap: true,
    sourcesContent: false,
    metafile: true,
    logLevel: 'silent',
  })
  for (const name of functionNames) mapOwnCodeOnly(join(folderOf(name), 'index.mjs.map'))
  const sizes = new Map(Object.values(metafile.outputs).map(({ entryPoint, bytes }) => [entryPoint, bytes]))
  const bundles = functionNames.map((name) => {
    return [name, { folder: folderOf(name), bytes: sizes.get(entries[name]) ?? 0 }]
  })
  // One for each of the names.
  return Object.fromEntries(bundles) as Bundles
}

/** Node reads the map whenever a function starts; with its dependencies in it, that is a tenth of the start. */
function mapOwnCodeOnly(file: string): void {
  const map: SourceMap = JSON.parse(readFileSync(file, 'utf8'))
  writeFileSync(file, JSON.stringify(withoutSources(map, (source) => source.includes('node_modules/'))))
}
