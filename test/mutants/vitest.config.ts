import { defineConfig } from 'vitest/config'
import { shared } from '../../vitest.config.ts'

/** Runs any test without the bundles and the template, which take longer to make than most tests to run. */
export default defineConfig({ test: { ...shared, include: ['test/**/*.test.ts'], maxWorkers: 2 } })
