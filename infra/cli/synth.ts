import { bundle } from '../build/bundle.ts'
import { settings } from '../build/settings.ts'
import { synthesise } from '../build/synthesise.ts'

/** `npm run synth`: bundles the functions and writes the template to `cdk.out` for inspection. */
async function synth(): Promise<void> {
  const began = performance.now()
  const bundles = await bundle('dist')
  const { stacks } = synthesise({ bundles: 'dist', outDir: 'cdk.out', ...settings() })
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  const templates = stacks.map(({ templateFile }) => `cdk.out/${templateFile}`).join(', ')
  const sizes = Object.entries(bundles).map(([name, { bytes }]) => `${name} ${Math.round(bytes / 1000)} KB`)
  console.log(`${templates} in ${seconds} s, with ${sizes.join(', ')}`)
}

synth().catch((error: unknown) => {
  console.error(`annals cannot be synthesised: ${error instanceof Error ? error.message : String(error)}`)
  process.exit(1)
})
