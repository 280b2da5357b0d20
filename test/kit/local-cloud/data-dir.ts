import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export function newDataDir(): string {
  return mkdtempSync(join(tmpdir(), 'annals-data-'))
}

export function removeDataDir(dataDir: string): void {
  rmSync(dataDir, { recursive: true, maxRetries: 5 })
}
