import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject, Vitest } from 'vitest/node'
import { readDeclaredGrants, readUsedGrants, useRecordVariable } from '../../kit/local-cloud/grants.ts'
import { needsAssembly } from '../../lanes.ts'
import { isWhole, type TestRun, unusedGrants } from './grant-check.ts'
import { onBehalf } from './grant-reasons.ts'

/**
 * Makes every local cloud of a run record the grants that functions use. At the end of a run of all tests of the lanes
 * `local` and `e2e`, the run fails if a grant was not used. A part of these tests uses only a part of the grants, so
 * nothing is checked after one.
 */
export default function setup(project: TestProject): (() => Promise<void>) | undefined {
  if (process.env[useRecordVariable] !== undefined) return undefined
  const folder = mkdtempSync(join(tmpdir(), 'annals-grants-'))
  // The processes of the tests inherit it, and so does every process that they start.
  process.env[useRecordVariable] = folder
  return async () => {
    const { vitest } = project
    const { assembly } = vitest.getRootProject().getProvidedContext()
    if (isWhole(await runOf(vitest), needsAssembly))
      report(unusedGrants(readDeclaredGrants(assembly), readUsedGrants(folder), onBehalf))
    delete process.env[useRecordVariable]
    rmSync(folder, { recursive: true })
  }
}

async function runOf(vitest: Vitest): Promise<TestRun> {
  const all = await vitest.globTestSpecifications()
  return {
    isFiltered: vitest.config.testNamePattern !== undefined,
    lanes: vitest.projects.map(({ name }) => name),
    files: all.map(({ moduleId, project }) => ({ lane: project.name, path: moduleId })),
    passed: vitest.state
      .getFiles()
      .flatMap(({ filepath, result }) => (result && result.state !== 'fail' ? [filepath] : [])),
  }
}

function report(unused: readonly string[]): void {
  if (unused.length === 0) return
  process.exitCode = 1
  console.error(
    [
      'Grants that no test used:',
      ...unused.map((line) => `  ${line}`),
      'Remove each from infra/stack, or add a test that makes the function use it.',
      'A grant that only a service uses needs a line in test/infra/stack/grant-reasons.ts.',
    ].join('\n'),
  )
}
