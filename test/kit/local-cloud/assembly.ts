import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { bundle } from '../../../infra/build/bundle.ts'
import { synthesise } from '../../../infra/build/synthesise.ts'
import { readStage } from '../../../infra/stages/read-stage.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Folder of the cloud assembly, which is synthesised once for all tests of a run. */
    assembly: string
    /** Folder of the bundled functions. */
    bundles: string
  }
}

/** Bundles the functions and synthesises the template once per run, whatever its lanes. */
export default async function setup(project: TestProject): Promise<(() => void) | undefined> {
  const everyLane = project.vitest.getRootProject()
  if ('assembly' in everyLane.getProvidedContext()) return undefined
  const folder = mkdtempSync(join(tmpdir(), 'annals-assembly-'))
  const bundles = join(folder, 'dist')
  const assembly = join(folder, 'cdk.out')
  await bundle(bundles)
  synthesise({ stage: await readStage('dev', {}), bundles, outDir: assembly })
  everyLane.provide('assembly', assembly)
  everyLane.provide('bundles', bundles)
  return () => rmSync(folder, { recursive: true })
}
