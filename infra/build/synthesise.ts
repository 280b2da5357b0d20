import { App, AssetStaging } from 'aws-cdk-lib'
import { type CloudAssembly, CURRENTLY_RECOMMENDED_FLAGS } from 'aws-cdk-lib/cx-api'
import { addAnnalsStack } from '../stack/annals-stack.ts'
import { forget } from './build-record.ts'
import type { PipelineType } from './settings.ts'

export interface SynthesisOptions {
  /** Folder of the bundled functions. */
  readonly bundles: string
  /** Folder for the template and what it deploys: `cdk.out`. */
  readonly outDir: string
  /** Address that mail comes from. */
  readonly mailFrom: string
  readonly pipelineType?: PipelineType
  /** Changes the app before it is synthesised. */
  readonly prepare?: (app: App) => void
}

/**
 * Writes the template of the stack `Annals` and its assets. It asks neither an account nor the network, so the same
 * template comes of the same bundles anywhere. The template is validated in the tests, as that takes several seconds.
 */
export function synthesise({ outDir, prepare, ...o }: SynthesisOptions): CloudAssembly {
  // A caller that knows the sources records them afterwards.
  forget(outDir)
  // The bundles may have changed since the last synthesis in this process.
  AssetStaging.clearAssetHashCache()
  const app = new App({
    outdir: outDir,
    // There is no `cdk.json`, which would set them.
    context: CURRENTLY_RECOMMENDED_FLAGS,
    analyticsReporting: false,
    treeMetadata: false,
    builtinCloudFormationValidation: false,
  })
  addAnnalsStack(app, o)
  prepare?.(app)
  return app.synth()
}
