import { defineConfig } from 'vitest/config'
import { lanes, needsAssembly } from './test/lanes.ts'

/** Settings of every test. */
export const shared = {
  testTimeout: 60_000,
  hookTimeout: 60_000,
  env: {
    POWERTOOLS_LOG_LEVEL: 'SILENT',
    POWERTOOLS_SERVICE_NAME: 'test',
    POWERTOOLS_METRICS_DISABLED: 'true',
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  },
}

/** The assembly is removed last. */
const globalSetup = ['test/kit/local-cloud/assembly.ts', 'test/infra/stack/grant-record.ts']

/** A project per lane, so that `--project unit` runs one, and a path runs what it names. */
const projects = Object.entries(lanes).map(([name, { include, exclude }]) => ({
  test: {
    ...shared,
    name,
    include: [...include],
    exclude: [...exclude, '**/node_modules/**'],
    globalSetup: needsAssembly.includes(name) ? globalSetup : [],
    // These lanes start processes and wait for them. On a busy CI machine a wait can run out; the report names each retry.
    retry: process.env['CI'] && needsAssembly.includes(name) ? 1 : 0,
  },
}))

export default defineConfig({
  // The suites start servers and native processes; two cores can run two workers.
  test: { projects, maxWorkers: 2 },
})
