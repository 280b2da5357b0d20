import { cpSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inject } from 'vitest'
import { type LocalCloud, type LocalCloudOptions, startLocalCloud } from '../../../infra/local/index.ts'
import { type ClientConfig, readConfig } from '../people/person.ts'
import { newDataDir, removeDataDir } from './data-dir.ts'
import { readStacks } from './stacks.ts'

export interface RunningCloud {
  readonly cloud: LocalCloud
  readonly config: ClientConfig
  readonly dataDir: string
  /** Every line that the local cloud and its functions wrote. */
  readonly lines: readonly string[]
  /** Stops it and removes its data. */
  close(): Promise<void>
}

export interface Template {
  readonly Resources: Record<string, { Type: string; Properties: Record<string, unknown> }>
}

/** Changes the resources of both stacks in place; `assembly` is its folder, which is a copy. */
export type Change = (template: Template, assembly: string) => void

/**
 * Starts the local cloud in this process, on free ports and in a folder of its own, with the template that
 * `change` returns.
 */
export async function runLocalCloud(
  over: Partial<LocalCloudOptions> = {},
  change?: Change,
): Promise<RunningCloud> {
  const lines: string[] = []
  const dataDir = newDataDir()
  const cloud = await startLocalCloud({
    assembly: () =>
      change === undefined ? inject('assembly') : changedAssembly(join(dataDir, 'cdk.out'), change),
    dataDir,
    port: 0,
    awsPort: 0,
    region: 'eu-west-1',
    allowRemote: false,
    groups: ['admin'],
    log: (source, message) => lines.push(`${source} ${message}`),
    ...over,
  }).catch((error: unknown) => {
    removeDataDir(dataDir)
    throw error
  })
  const close = async () => {
    await cloud.close()
    removeDataDir(dataDir)
  }
  return { cloud, config: await readConfig(cloud.apiUrl), dataDir, lines, close }
}

/** Copies the assembly to a folder and lets `change` edit the copied templates. Returns the folder. */
export function changedAssembly(folder: string, change: Change): string {
  cpSync(inject('assembly'), folder, { recursive: true })
  const stacks = readStacks<Template['Resources'][string]>(folder)
  const all: Template = { Resources: Object.assign({}, ...stacks.map(({ template }) => template.Resources)) }
  change(all, folder)
  const isData = (logicalId: string) => Object.hasOwn(stacks[0]?.template.Resources ?? {}, logicalId)
  for (const [index, { file, template }] of stacks.entries()) {
    // A resource that the change adds belongs to the service.
    const own = Object.entries(all.Resources).filter(([logicalId]) => isData(logicalId) === (index === 0))
    writeFileSync(file, JSON.stringify({ ...template, Resources: Object.fromEntries(own) }))
  }
  return folder
}
