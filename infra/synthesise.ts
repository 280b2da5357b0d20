import { App, AssetStaging } from 'aws-cdk-lib'
import { type CloudAssembly, CURRENTLY_RECOMMENDED_FLAGS } from 'aws-cdk-lib/cx-api'
import { addAnnalsStack } from './annals-stack.ts'

export interface SynthesisOptions {
  /** Folder of the bundled functions. */
  readonly bundles: string
  /** Folder for the template and what it deploys: `cdk.out`. */
  readonly outDir: string
  /** Address that mail comes from. */
  readonly mailFrom: string
}

/** The address that mail comes from: the variable `MAIL_FROM`, or one that nobody has. */
export function mailFrom(): string {
  return process.env['MAIL_FROM'] || 'annals@example.com'
}

/**
 * Writes the template of the stack `Annals` and its assets. It asks neither an account nor the network, so the same
 * template comes of the same bundles anywhere. The template is validated in the tests, as that takes several seconds.
 */
export function synthesise({ bundles, outDir, mailFrom }: SynthesisOptions): CloudAssembly {
  // The bundles may be others than those of the last time in this process.
  AssetStaging.clearAssetHashCache()
  const app = new App({
    outdir: outDir,
    // Without a `cdk.json` nothing else sets them.
    context: CURRENTLY_RECOMMENDED_FLAGS,
    analyticsReporting: false,
    treeMetadata: false,
    builtinCloudFormationValidation: false,
  })
  addAnnalsStack(app, { bundles, mailFrom })
  return app.synth()
}
