import { App, AssetStaging } from 'aws-cdk-lib'
import { type CloudAssembly, CURRENTLY_RECOMMENDED_FLAGS } from 'aws-cdk-lib/cx-api'
import { addAnnalsStack } from './annals-stack.ts'
import { type PipelineType, pipelineTypes } from './constructs/upload-pipeline.ts'

export interface SynthesisOptions {
  /** Folder of the bundled functions. */
  readonly bundles: string
  /** Folder for the template and what it deploys: `cdk.out`. */
  readonly outDir: string
  /** Address that mail comes from. */
  readonly mailFrom: string
  readonly pipelineType?: PipelineType
}

/**
 * What the environment says of the stack: `MAIL_FROM`, the address that mail comes from, or one that nobody has; and
 * `UPLOAD_PIPELINE`, `EXPRESS` unless it says `STANDARD`. Throws an Error in one line for anything else.
 */
export function settings(
  environment: NodeJS.ProcessEnv = process.env,
): Pick<SynthesisOptions, 'mailFrom' | 'pipelineType'> {
  const { MAIL_FROM: mailFrom, UPLOAD_PIPELINE: named } = environment
  const pipelineType = pipelineTypes.find((type) => type === (named || 'EXPRESS'))
  if (pipelineType === undefined)
    throw new Error(`UPLOAD_PIPELINE is ${pipelineTypes.join(' or ')}, and not ${named}`)
  return { mailFrom: mailFrom || 'annals@example.com', pipelineType }
}

/**
 * Writes the template of the stack `Annals` and its assets. It asks neither an account nor the network, so the same
 * template comes of the same bundles anywhere. The template is validated in the tests, as that takes several seconds.
 */
export function synthesise({ outDir, ...o }: SynthesisOptions): CloudAssembly {
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
  addAnnalsStack(app, o)
  return app.synth()
}
