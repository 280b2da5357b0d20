import { parseArgs } from 'node:util'
import { assemblyOf } from '../build/assemble.ts'
import { bundle } from '../build/bundle.ts'
import { synthesise } from '../build/synthesise.ts'
import { readStage } from '../stages/read-stage.ts'
import { stageName } from '../stages/stage-name.ts'

const usage = `npm run synth [-- OPTION…]

Bundles the functions and writes the templates of a stage to cdk.out. Needs neither an account nor the network.

  --stage NAME  the stage; otherwise the variable STAGE, or dev
  --help        this text`

/** `npm run synth`: bundles the functions and writes the stage's templates to `cdk.out` for inspection. */
async function synth(): Promise<void> {
  const began = performance.now()
  const { values } = parseArgs({ options: { stage: { type: 'string' }, help: { type: 'boolean' } } })
  if (values.help) return console.log(usage)
  const stage = await readStage(stageName(values.stage))
  const bundles = await bundle('dist')
  const outDir = assemblyOf(stage.name)
  const { stacks } = synthesise({ stage, bundles: 'dist', outDir })
  const seconds = ((performance.now() - began) / 1000).toFixed(1)
  const templates = stacks.map(({ templateFile }) => `${outDir}/${templateFile}`).join(', ')
  const sizes = Object.entries(bundles).map(([name, { bytes }]) => `${name} ${Math.round(bytes / 1000)} KB`)
  console.log(`${templates} in ${seconds} s, with ${sizes.join(', ')}`)
}

synth().catch((error: unknown) => {
  console.error(`annals cannot be synthesised: ${error instanceof Error ? error.message : String(error)}`)
  process.exit(1)
})
