import { readStage } from '../stages/read-stage.ts'
import { synthesise } from './synthesise.ts'

/**
 * The program that `assemble.ts` runs after the sources of the template changed: its own process has loaded the old
 * ones. Arguments: the stage, the folder of the bundles and the folder for the templates.
 */
const [stage, bundles, outDir] = process.argv.slice(2)
if (stage === undefined || bundles === undefined || outDir === undefined)
  throw new Error('give the stage and the folders of bundles and templates')
synthesise({ stage: await readStage(stage), bundles, outDir })
