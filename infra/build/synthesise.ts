import { App, AssetStaging } from 'aws-cdk-lib'
import { type CloudAssembly, CURRENTLY_RECOMMENDED_FLAGS } from 'aws-cdk-lib/cx-api'
import { addStacks, type StacksOptions } from '../stack/stacks.ts'
import { forget } from './build-record.ts'

export interface SynthesisOptions extends StacksOptions {
  /** Folder for the templates and the assets that they deploy. */
  readonly outDir: string
}

/**
 * Writes the templates of a stage's two stacks and their assets. It asks neither an account nor the network, so the same
 * bundles and settings give the same templates anywhere. The tests validate the templates, which takes several seconds.
 */
export function synthesise({ outDir, ...options }: SynthesisOptions): CloudAssembly {
  // A caller that knows the sources records them afterwards.
  forget(outDir)
  // The bundles may have changed since the last synthesis in this process.
  AssetStaging.clearAssetHashCache()
  const app = new App({
    outdir: outDir,
    // CDK's feature flags, because there is no `cdk.json` to set them.
    context: CURRENTLY_RECOMMENDED_FLAGS,
    analyticsReporting: false,
    treeMetadata: false,
    builtinCloudFormationValidation: false,
  })
  addStacks(app, options)
  return app.synth()
}
