import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, inject, it } from 'vitest'
import { synthesise } from '../../infra/build/synthesise.ts'
import { readStage } from '../../infra/stages/read-stage.ts'
import { tellStory } from '../demo/story.ts'
import { createTimeline } from '../demo/timeline.ts'
import { type RunningCloud, runLocalCloud } from '../kit/local-cloud/local-cloud.ts'

let folder: string
let running: RunningCloud | undefined
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'annals-stage-'))
})
afterEach(async () => {
  await running?.close()
  rmSync(folder, { recursive: true })
})

describe('the story of the demo', () => {
  it.each(['dev', 'prod'])('is the same on the stage %s', async (name) => {
    synthesise({ stage: await readStage(name, {}), bundles: inject('bundles'), outDir: folder })
    running = await runLocalCloud({ assembly: () => folder })
    const told: string[] = []
    await tellStory(
      running.config,
      createTimeline((line) => told.push(line)),
    )
    expect(told.length).toBeGreaterThan(10)
  }, 120_000)
})
