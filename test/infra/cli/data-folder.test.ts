import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { dataFolder, dataFolderOf } from '../../../infra/cli/data-folder.ts'

const here = process.cwd()
let folder: string
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'annals-data-folder-')))
  process.chdir(folder)
  vi.spyOn(console, 'log').mockReturnValue()
})
afterEach(() => {
  process.chdir(here)
  rmSync(folder, { recursive: true })
  vi.restoreAllMocks()
})

/** A data folder as an earlier release left it. */
function leaveOldFolder(): void {
  mkdirSync('.annals/s3', { recursive: true })
  writeFileSync('.annals/dynamodb.sqlite', 'commits')
  writeFileSync('.annals/s3/file', 'picture')
}

describe('the data folder of a stage', () => {
  it('is .annals/STAGE, or the folder that ANNALS_DATA names', async () => {
    expect(dataFolderOf('prod', {})).toBe('.annals/prod')
    expect(dataFolderOf('prod', { ANNALS_DATA: 'elsewhere' })).toBe('elsewhere')
    expect(await dataFolder('prod', {})).toBe('.annals/prod')
    expect(existsSync('.annals/prod')).toBe(true)
  })

  it('belongs to one stage', async () => {
    const environment = { ANNALS_DATA: 'shared' }
    await dataFolder('dev', environment)
    await expect(dataFolder('prod', environment)).rejects.toThrow(
      'shared holds the data of the stage dev: choose another folder with ANNALS_DATA=…, or add --stage dev',
    )
    expect(await dataFolder('dev', environment)).toBe('shared')
  })
})

describe('the data of an earlier release', () => {
  it('moves to the folder of dev, with everything in it', async () => {
    leaveOldFolder()
    expect(await dataFolder('dev', {})).toBe('.annals/dev')
    expect(readFileSync('.annals/dev/dynamodb.sqlite', 'utf8')).toBe('commits')
    expect(readFileSync('.annals/dev/s3/file', 'utf8')).toBe('picture')
    expect(existsSync('.annals/dynamodb.sqlite')).toBe(false)
    expect(await dataFolder('dev', {})).toBe('.annals/dev')
  })

  it('is found again if the move was interrupted', async () => {
    leaveOldFolder()
    renameSync('.annals', '.annals-moving')
    expect(await dataFolder('dev', {})).toBe('.annals/dev')
    expect(readFileSync('.annals/dev/dynamodb.sqlite', 'utf8')).toBe('commits')
  })

  it('stays where it is for another stage, or for a folder of its own', async () => {
    leaveOldFolder()
    await dataFolder('prod', {})
    await dataFolder('dev', { ANNALS_DATA: 'elsewhere' })
    expect(readFileSync('.annals/dynamodb.sqlite', 'utf8')).toBe('commits')
  })
})
