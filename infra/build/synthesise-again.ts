import { settings } from './settings.ts'
import { synthesise } from './synthesise.ts'

/**
 * The program that `assemble.ts` runs after the sources of the template changed: its own process has loaded the old
 * ones. Arguments: the folder of the bundles and the folder for the template.
 */
const [bundles, outDir] = process.argv.slice(2)
if (bundles === undefined || outDir === undefined) throw new Error('give the folders of bundles and template')
synthesise({ ...settings(), bundles, outDir })
