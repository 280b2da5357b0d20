import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { readAnnouncement } from '../local/index.ts'

const parent = '.annals'
/** Name of the file that contains the stage of a data folder. */
const mark = 'stage-name'
/** The file of the embedded database, which every data folder has. */
const database = 'dynamodb.sqlite'

/** The data folder of a stage: `ANNALS_DATA`, or `.annals/STAGE`. */
export function dataFolderOf(stage: string, environment: NodeJS.ProcessEnv = process.env): string {
  return environment['ANNALS_DATA'] || join(parent, stage)
}

/**
 * Prepares the data folder of a stage and returns it. A folder of an earlier release, which had no stages, becomes
 * the folder of `dev`. Throws an Error that says what to do if the folder holds the data of another stage, or is
 * still in use at its old path.
 */
export async function dataFolder(
  stage: string,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  const folder = dataFolderOf(stage, environment)
  if (!environment['ANNALS_DATA'] && stage === 'dev') await adoptOldFolder(folder)
  const owner = ownerOf(folder)
  if (owner !== undefined && owner !== stage)
    throw new Error(
      `${folder} holds the data of the stage ${owner}: choose another folder with ANNALS_DATA=…, or add --stage ${owner}`,
    )
  // A folder that cannot be used is reported when the local cloud opens it.
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    writeFileSync(join(folder, mark), `${stage}\n`)
  } catch {}
  return folder
}

function ownerOf(folder: string): string | undefined {
  const file = join(folder, mark)
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : undefined
}

/** Moves the data that an earlier release kept in `.annals` itself to the folder of `dev`. */
async function adoptOldFolder(folder: string): Promise<void> {
  const moving = `${parent}-moving`
  if (existsSync(folder)) return
  // A process that was killed between the two moves has left the folder under this name.
  if (!existsSync(moving)) {
    if (!existsSync(join(parent, database))) return
    if ((await readAnnouncement(resolve(parent))) !== undefined)
      throw new Error(`a local cloud of an earlier release still runs on ${parent}: stop it first`)
    renameSync(parent, moving)
  }
  mkdirSync(parent, { recursive: true, mode: 0o700 })
  renameSync(moving, folder)
  console.log(`moved the data of an earlier release from ${parent} to ${folder}`)
}
