import { defineConfig } from 'vitest/config'
import { shared } from '../../vitest.config.ts'

/** Runs tests without making the bundles and the template, which takes longer than most tests. */
export default defineConfig({ test: { ...shared, include: ['test/**/*.test.ts'], maxWorkers: 2 } })
