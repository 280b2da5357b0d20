import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseSettings, type StageSettings } from './stage-settings.ts'

/** A stage and its settings. */
export interface Stage {
  readonly name: string
  readonly settings: StageSettings
}

/** Files in this folder that are not stages. */
const others = ['read-stage', 'stage-name', 'stage-settings']

/**
 * Reads the settings of a stage from the file of its name in this folder. `MAIL_FROM`, `ALERT_EMAIL` and
 * `UPLOAD_PIPELINE` each replace one value, so that an address need not be committed. Throws an Error that says what to
 * do if there is no such file or a value is not valid.
 */
export async function readStage(name: string, environment: NodeJS.ProcessEnv = process.env): Promise<Stage> {
  const file = `infra/stages/${name}.ts`
  const path = join(import.meta.dirname, `${name}.ts`)
  if (others.includes(name) || !existsSync(path))
    throw new Error(
      `there is no stage ${name}: use ${stagesHere().join(' or ')}, or create it: cp infra/stages/dev.ts ${file}`,
    )
  const { default: found }: { readonly default: unknown } = await import(pathToFileURL(path).href)
  return { name, settings: withVariables(parseSettings(found, file), environment) }
}

function stagesHere(): readonly string[] {
  return readdirSync(import.meta.dirname)
    .map((file) => file.replace(/\.ts$/, ''))
    .filter((name) => !others.includes(name))
}

function withVariables(settings: StageSettings, environment: NodeJS.ProcessEnv): StageSettings {
  const { MAIL_FROM: from, ALERT_EMAIL: alertEmail, UPLOAD_PIPELINE: pipeline } = environment
  const changed = {
    ...settings,
    ...(from && { mail: { ...settings.mail, from } }),
    ...(alertEmail && { alertEmail }),
    ...(pipeline && { pipeline }),
  }
  return parseSettings(changed, 'MAIL_FROM, ALERT_EMAIL or UPLOAD_PIPELINE')
}
