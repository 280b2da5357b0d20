import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inject } from 'vitest'
import { type Stage, type StageOptions, startStage } from '../../infra/local/stage.ts'
import { type ClientConfig, readConfig } from './person.ts'

export interface RunningStage {
  readonly stage: Stage
  readonly config: ClientConfig
  readonly dataDir: string
  /** Every line that the stage and its functions wrote. */
  readonly lines: readonly string[]
}

/** Starts the stage in this process, on free ports and, unless told otherwise, a folder of its own. */
export async function runStage(over: Partial<StageOptions> = {}): Promise<RunningStage> {
  const lines: string[] = []
  const dataDir = over.dataDir ?? newDataDir()
  const stage = await startStage({
    assembly: inject('assembly'),
    dataDir,
    port: 0,
    awsPort: 0,
    region: 'eu-west-1',
    allowRemote: false,
    groups: ['admin'],
    log: (source, message) => lines.push(`${source} ${message}`),
    ...over,
  })
  return { stage, config: await readConfig(stage.apiUrl), dataDir, lines }
}

export function newDataDir(): string {
  return mkdtempSync(join(tmpdir(), 'annals-data-'))
}

export function removeDataDir(dataDir: string): void {
  rmSync(dataDir, { recursive: true, maxRetries: 5 })
}
